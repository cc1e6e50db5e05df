/** The journal: disks, segments, frames, records, and the layout of snapshots. */
@NullMarked
package dev.plinth.engine.internal.store.log;

import org.jspecify.annotations.NullMarked;
