/**
 * Memory of the tables and the sets, in extents: on the heap, off the heap, and in mapped files.
 */
@NullMarked
package dev.plinth.engine.internal.store.memory.arena;

import org.jspecify.annotations.NullMarked;
