/**
 * Shapes: each body that a request carries and each entity that an answer shows, declared once.
 *
 * <p>A declaration decodes and prints its own JSON Schema. It knows kinds of values and their limits; what a command makes of
 * them, its caller decides.
 */
@NullMarked
package dev.plinth.engine.internal.shape;

import org.jspecify.annotations.NullMarked;
