/**
 * The figures of the engine as meters of Micrometer.
 *
 * <p>It connects the public packages of the engine with Micrometer. It must see neither the rooms of the engine nor a
 * registry of a product.
 */
@NullMarked
package dev.plinth.engine.micrometer;

import org.jspecify.annotations.NullMarked;
