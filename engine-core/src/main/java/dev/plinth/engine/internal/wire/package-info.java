/**
 * The wire: the route table, from bytes to a request, and from an outcome to bytes.
 *
 * <p>The room knows paths, members, headers and texts, and decides nothing.
 */
@NullMarked
package dev.plinth.engine.internal.wire;

import org.jspecify.annotations.NullMarked;
