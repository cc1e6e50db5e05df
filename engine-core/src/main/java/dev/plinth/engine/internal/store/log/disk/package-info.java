/**
 * Files of a directory as the journal and the snapshots use them.
 *
 * <p>A disk of a test takes the place of the real one.
 */
@NullMarked
package dev.plinth.engine.internal.store.log.disk;

import org.jspecify.annotations.NullMarked;
