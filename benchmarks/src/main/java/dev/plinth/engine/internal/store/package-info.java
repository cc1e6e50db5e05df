/** Benchmarks of what the store keeps to itself. */
@NullMarked
package dev.plinth.engine.internal.store;

import org.jspecify.annotations.NullMarked;
