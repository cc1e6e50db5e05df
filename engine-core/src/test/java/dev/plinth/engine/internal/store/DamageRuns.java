package dev.plinth.engine.internal.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Damages the files of a closed store and opens it: it has exactly the state it had, and goes on from there; or it is refused with
 * a sentence that names the file.
 */
final class DamageRuns {
    private static final int RECORDS = 250;

    private final DiskLife life;
    private final Random random;
    private final Map<String, byte[]> contents;
    private final long last;
    private final List<SegmentBytes.Place> lastFrames;
    private final String lastSegment;

    /** A store with some segments, and with two snapshots unless they are never made. */
    DamageRuns(long seed, long bytesPerSnapshot, Function<Disk, Disk> sabotage) {
        life = new DiskLife(seed, Journal.Durability.FSYNC, sabotage);
        random = life.random();
        MemoryDisk disk = new MemoryDisk();
        Store store = life.open(disk, bytesPerSnapshot);
        life.work(store, RECORDS);
        store.close();
        contents = disk.contents();
        last = store.committed();
        lastSegment = contents.keySet().stream()
                .filter(name -> Segment.numberOf(name) > 0)
                .reduce("", (before, name) -> name);
        lastFrames = SegmentBytes.frames(contents.get(lastSegment));
    }

    /** What became of a damaged store. */
    enum Result {
        NOTHING_TO_DAMAGE,
        OPENED,
        REFUSED
    }

    Result run(Damage damage) {
        Map<String, byte[]> damaged = new TreeMap<>();
        contents.forEach((name, bytes) -> damaged.put(name, bytes.clone()));
        List<Damage.Touched> touched = damage.strike(damaged, random);
        if (touched.isEmpty()) {
            return Result.NOTHING_TO_DAMAGE;
        }
        String what = damage + " " + touched + "; " + life.where();
        MemoryDisk disk = MemoryDisk.of(damaged);
        Store store;
        try {
            store = life.open(disk, DiskLife.NEVER);
        } catch (IllegalStateException refused) {
            assertThat(refused)
                    .as(what)
                    .hasMessageMatching("Expected [^\n]*(?:journal-|snapshot-)[^\n]*\\.")
                    .hasMessageMatching("(?s).*(?:Restore a copy|with the release that wrote it).*");
            return Result.REFUSED;
        } catch (RuntimeException e) {
            throw new AssertionError("Expected a refusal after " + what, e);
        }
        try (store) {
            assertThat(store.committed()).as("records after %s", what).isBetween(mayEndAt(touched), last);
            assertThat(store.stateHash()).as(what).isEqualTo(life.history().hash(store.committed()));
            life.goOn(store, disk, what);
        }
        return Result.OPENED;
    }

    /**
     * Damage that reaches the last frame of the journal cannot be told from a torn end; then the frames that it reaches may be
     * lost. Of a store that was closed the last frame has no records, so a single bit loses nothing.
     */
    private long mayEndAt(List<Damage.Touched> touched) {
        long end = last;
        for (int i = lastFrames.size() - 1; i >= 0; i--) {
            SegmentBytes.Place frame = lastFrames.get(i);
            boolean reached = false;
            for (Damage.Touched range : touched) {
                reached |= range.file().equals(lastSegment) && frame.overlaps(range.from(), range.to());
            }
            if (!reached) {
                break;
            }
            end = frame.firstSequence() - 1;
        }
        return end;
    }
}
