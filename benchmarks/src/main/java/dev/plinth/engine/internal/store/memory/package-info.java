/** Benchmarks of parts that only the store's own package sees. */
@NullMarked
package dev.plinth.engine.internal.store.memory;

import org.jspecify.annotations.NullMarked;
