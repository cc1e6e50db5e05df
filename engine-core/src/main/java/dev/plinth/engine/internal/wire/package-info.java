/**
 * The wire: the route table, bytes in to a request, an outcome out to bytes.
 *
 * <p>It knows paths, members, headers and texts, and decides nothing.
 */
@NullMarked
package dev.plinth.engine.internal.wire;

import org.jspecify.annotations.NullMarked;
