package dev.plinth.engine.internal.store;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;

/**
 * The files of a store by their names.
 *
 * @param snapshots the sequences at which snapshots start, the newest one first
 * @param segments the numbers of the journal's segments, ascending
 */
record StoreNames(List<Long> snapshots, List<Long> segments) {
    static StoreNames of(Disk disk) throws IOException {
        return of(disk.names());
    }

    static StoreNames of(Collection<String> files) {
        List<Long> snapshots = new ArrayList<>();
        List<Long> segments = new ArrayList<>();
        for (String name : files) {
            long sequence = Snapshot.sequenceOf(name);
            if (sequence >= 0) {
                snapshots.add(sequence);
            }
            long number = Segment.numberOf(name);
            if (number > 0) {
                segments.add(number);
            }
        }
        snapshots.sort(Collections.reverseOrder());
        Collections.sort(segments);
        return new StoreNames(List.copyOf(snapshots), List.copyOf(segments));
    }

    boolean isEmpty() {
        return snapshots.isEmpty() && segments.isEmpty();
    }
}
