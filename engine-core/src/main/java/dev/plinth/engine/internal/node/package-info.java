/**
 * Engines at work: all rooms connected, for one directory or for a reign over a shared log.
 *
 * <p>The only assembler of rooms. Nothing is decided here.
 */
@NullMarked
package dev.plinth.engine.internal.node;

import org.jspecify.annotations.NullMarked;
