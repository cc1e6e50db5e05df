/**
 * The engine and its typed clients.
 *
 * <p>The only assembler: everything is put together here once and nothing is decided here.
 */
@NullMarked
package dev.plinth.engine;

import org.jspecify.annotations.NullMarked;
