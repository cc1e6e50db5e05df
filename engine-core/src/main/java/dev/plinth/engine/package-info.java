/**
 * The engine, its builder, and the handlers and settings that it starts with.
 *
 * <p>The only assembler: all rooms are connected here, and nothing is decided here.
 */
@NullMarked
package dev.plinth.engine;

import org.jspecify.annotations.NullMarked;
