/** Tables of rows and the sets that follow from them, on or off the heap. The only importer of Chronicle. */
@NullMarked
package dev.plinth.engine.internal.store.memory;

import org.jspecify.annotations.NullMarked;
