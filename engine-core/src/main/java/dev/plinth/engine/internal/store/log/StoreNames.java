package dev.plinth.engine.internal.store.log;

import dev.plinth.engine.internal.store.log.disk.Disk;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The files of a store by their names.
 *
 * @param snapshots the sequences at which snapshots start, the newest one first
 * @param segments the numbers of the journal's segments, ascending
 */
public record StoreNames(List<Long> snapshots, List<Long> segments) {
    public static StoreNames of(Disk disk) throws IOException {
        return of(disk.names());
    }

    public static StoreNames of(Collection<String> files) {
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

    public boolean isEmpty() {
        return snapshots.isEmpty() && segments.isEmpty();
    }

    /**
     * Returns the id of the store: that in most of its segments, or in the newest snapshot if there is no segment.
     *
     * @return null if no header can be read, as in a new store
     */
    @Nullable
    public StoreId storeId(Disk disk) throws IOException {
        Map<StoreId, Integer> votes = new HashMap<>();
        StoreId most = null;
        for (long number : segments) {
            StoreId id = inSegment(disk, Segment.name(number));
            if (id != null && votes.merge(id, 1, Integer::sum) > votes.getOrDefault(most, 0)) {
                most = id;
            }
        }
        for (int i = 0; i < snapshots.size() && most == null; i++) {
            most = Snapshot.storeIn(disk, Snapshot.name(snapshots.get(i)));
        }
        return most;
    }

    private static @Nullable StoreId inSegment(Disk disk, String name) throws IOException {
        try (Disk.File file = disk.open(name)) {
            Segment header = Segment.readHeader(file, name);
            return header == null ? null : header.store();
        } catch (StoreDamageException | IllegalStateException unreadable) {
            return null; // the reader of the file names its damage
        }
    }
}
