/**
 * The engine and its typed clients.
 *
 * <p>The only assembler: all rooms are connected here, and nothing is decided here.
 */
@NullMarked
package dev.plinth.engine;

import org.jspecify.annotations.NullMarked;
