package dev.plinth.engine.internal.store.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.TestScale;
import dev.plinth.engine.api.StoreReport;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.store.RandomDiskWrites;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.internal.store.TestRows;
import dev.plinth.engine.internal.store.log.DiskFault;
import dev.plinth.engine.internal.store.log.Frame;
import dev.plinth.engine.internal.store.log.JournalState;
import dev.plinth.engine.internal.store.log.MemoryDisk;
import dev.plinth.engine.internal.store.log.Segment;
import dev.plinth.engine.internal.store.log.SegmentBytes;
import dev.plinth.engine.internal.store.log.Snapshot;
import dev.plinth.engine.internal.store.log.StoreNames;
import dev.plinth.engine.settings.Durability;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A damaged store is salvaged: what is kept, what is told, what is put aside. {@link DamageTest} has the many cases. */
@Timeout(120)
class SalvageTest {
    private static final List<TableName<?>> TABLES = List.of(TestRows.TABLE);

    private final RandomDiskWrites life = new RandomDiskWrites(TestScale.seed(), Durability.FSYNC, Function.identity());

    @Test
    void store_whole_hasNothingToRecover() throws IOException {
        MemoryDisk disk = MemoryDisk.of(written());
        Map<String, byte[]> before = disk.contents();

        StoreReport report = run(disk, true);

        assertThat(report.isWhole()).isTrue();
        assertThat(report.lines())
                .containsExactly("nothing to recover: the store opens with all records up to "
                        + life.history().size());
        assertThat(disk.contents()).containsExactlyEntriesOf(before);
    }

    @Test
    void record_flippedInTheMiddle_endsTheKeptPart() throws IOException {
        Map<String, byte[]> contents = written();
        SegmentBytes.Place place =
                SegmentBytes.frames(contents.get(Segment.name(2))).get(3);
        contents.get(Segment.name(2))[place.to() - 1] ^= 1;
        MemoryDisk disk = MemoryDisk.of(contents);
        long kept = place.firstSequence() - 1;

        List<String> told = run(disk, false).lines();
        List<String> done = run(disk, true).lines();

        assertThat(told)
                .anySatisfy(line -> assertThat(line)
                        .startsWith("damaged: record " + place.firstSequence() + " in " + Segment.name(2) + " at byte "
                                + place.from()))
                .contains("would keep records 1 to " + kept)
                .contains("would lose records " + (kept + 1) + " to "
                        + life.history().size() + ", and any behind them");
        assertThat(done)
                .contains("kept records 1 to " + kept, "put aside into lost-" + (kept + 1) + ", nothing was deleted");
        assertNothingIsLost(contents, disk.contents());
        assertThat(life.check(disk, kept)).isEqualTo(kept);
    }

    @Test
    void segment_missing_endsTheKeptPart() throws IOException {
        Map<String, byte[]> contents = written();
        List<SegmentBytes.Place> frames = SegmentBytes.frames(contents.get(Segment.name(2)));
        contents.remove(Segment.name(3));
        MemoryDisk disk = MemoryDisk.of(contents);

        assertThat(run(disk, true).isWhole()).isTrue();

        long kept = frames.get(frames.size() - 1).firstSequence() - 1;
        assertThat(life.check(disk, kept)).isEqualTo(kept);
    }

    /** Cut down to its last frame, or to less than a header. */
    @ParameterizedTest
    @ValueSource(ints = {1, RandomDiskWrites.SEGMENT_BYTES - 10})
    void segment_lastOneIsShorter_whatIsBeforeItIsKept(int fewer) throws IOException {
        Map<String, byte[]> contents = written();
        long last =
                contents.keySet().stream().mapToLong(Segment::numberOf).max().orElseThrow();
        long kept = SegmentBytes.frames(contents.get(Segment.name(last))).get(0).firstSequence() - 1;
        contents.computeIfPresent(Segment.name(last), (name, bytes) -> Arrays.copyOf(bytes, bytes.length - fewer));
        MemoryDisk disk = MemoryDisk.of(contents);

        assertThatThrownBy(() -> life.open(disk.copy(), RandomDiskWrites.NEVER))
                .hasMessageContaining(Segment.name(last));
        assertThat(run(disk, true).lines()).contains("kept records 1 to " + kept);

        assertNothingIsLost(contents, disk.contents());
        assertThat(life.check(disk, kept)).isEqualTo(kept);
    }

    @Test
    void journal_missing_theSnapshotAloneIsKept() throws IOException {
        Map<String, byte[]> contents = writtenWithSnapshot();
        contents.keySet().removeIf(name -> Segment.numberOf(name) > 0);
        MemoryDisk disk = MemoryDisk.of(contents);

        assertThat(run(disk, true).isWhole()).isTrue();

        life.checkAndGoOn(disk, 80);
    }

    /** The rest of the journal looks like one with a torn end; only the snapshot tells that it was longer. */
    @Test
    void journal_endsBeforeTheSnapshotStarts_theSnapshotAloneIsKept() throws IOException {
        MemoryDisk disk = new MemoryDisk();
        try (Store store = life.open(disk, RandomDiskWrites.NEVER)) {
            life.work(store, 10);
            store.snapshot();
        }
        byte[] segment = disk.bytes(Segment.name(1));
        Arrays.fill(segment, SegmentBytes.frames(segment).get(1).from(), segment.length, (byte) 0);

        assertThatThrownBy(() -> life.open(disk.copy(), RandomDiskWrites.NEVER))
                .isInstanceOf(IllegalStateException.class);
        assertThat(Verification.of(disk, StoreNames.of(disk), TABLES).opens()).isFalse();
        assertThat(run(disk, true).isWhole()).isTrue();
        life.checkAndGoOn(disk, 10);
    }

    @Test
    void journal_endsBeforeADamagedSnapshotStarts_theLossIsTold() throws IOException {
        MemoryDisk disk = new MemoryDisk();
        try (Store store = life.open(disk, RandomDiskWrites.NEVER)) {
            life.work(store, 5);
            store.snapshot();
            for (int i = 0; i < 5; i++) {
                life.work(store, 1); // each in a frame of its own
            }
            store.snapshot();
        }
        disk.bytes(Snapshot.name(10))[76] ^= 1;
        byte[] segment = disk.bytes(Segment.name(1));
        for (SegmentBytes.Place frame : SegmentBytes.frames(segment)) {
            if (frame.firstSequence() > 7) {
                Arrays.fill(segment, frame.from(), segment.length, (byte) 0);
            }
        }

        assertThatThrownBy(() -> life.open(disk.copy(), RandomDiskWrites.NEVER))
                .isInstanceOf(IllegalStateException.class);
        assertThat(run(disk, true).lines()).anyMatch(line -> line.matches("lost records \\d+ to 10, .*"));
        life.checkAndGoOn(disk, 5);
    }

    @Test
    void snapshot_damagedAndAllElseWhole_losesNothing() throws IOException {
        Map<String, byte[]> contents = writtenWithSnapshot();
        for (Map.Entry<String, byte[]> file : contents.entrySet()) {
            if (Snapshot.sequenceOf(file.getKey()) >= 0) {
                file.getValue()[76] ^= 1;
            }
        }
        MemoryDisk disk = MemoryDisk.of(contents);

        assertThat(run(disk, true).lines()).hasSize(1).first().asString().startsWith("nothing to recover");
    }

    /** Whatever the disk refuses, and whatever a power cut takes then: doing it again keeps what it would have kept. */
    @ParameterizedTest
    @EnumSource(DiskFault.class)
    void salvage_interruptedAnywhere_canBeDoneAgain(DiskFault fault) throws IOException {
        Map<String, byte[]> contents = written();
        SegmentBytes.Place place =
                SegmentBytes.frames(contents.get(Segment.name(2))).get(3);
        contents.get(Segment.name(2))[place.to() - 1] ^= 1;
        long kept = place.firstSequence() - 1;
        for (long number = 1; ; number++) {
            MemoryDisk disk = MemoryDisk.of(copied(contents));
            disk.failAt(fault, number);
            try {
                run(disk, true);
            } catch (IOException | IllegalStateException interrupted) {
                assertThat(disk.failedOn()).isNotNull();
            }
            boolean reached = disk.failedOn() != null;
            for (MemoryDisk left : List.of(disk.killed(), disk.crash(life.random()))) {
                assertThat(run(left, true).isWhole()).isTrue();
                assertThat(life.check(left, kept)).as("%s at %d", fault, number).isEqualTo(kept);
                assertNothingIsLost(contents, left.contents());
            }
            if (!reached) {
                return;
            }
        }
    }

    /** Every byte that was written is still in a file of the same name, in its place or put aside. */
    static void assertNothingIsLost(Map<String, byte[]> before, Map<String, byte[]> after) {
        before.forEach((name, bytes) -> {
            boolean found = false;
            for (Map.Entry<String, byte[]> file : after.entrySet()) {
                boolean ofThisName = file.getKey().equals(name) || file.getKey().endsWith("/" + name);
                found |= ofThisName && holds(file.getValue(), bytes);
            }
            assertThat(found || name.endsWith(".tmp"))
                    .as("what was in %s", name)
                    .isTrue();
        });
    }

    /** The end of a segment that is kept changes: there stands an empty frame, which says how the segment ends. */
    private static boolean holds(byte[] file, byte[] before) {
        if (Arrays.equals(file, before)) {
            return true;
        }
        int different = Arrays.mismatch(file, before);
        int end = before.length;
        while (end > different && before[end - 1] == 0) {
            end--;
        }
        return file.length == before.length && end - different <= Frame.HEADER_BYTES;
    }

    private static StoreReport run(MemoryDisk disk, boolean acceptLoss) throws IOException {
        return Salvage.run(disk, TABLES, acceptLoss, RandomDiskWrites.SEGMENT_BYTES);
    }

    /** With the header the mask of the frames is lost. The other files name the store. */
    @Test
    void header_ofTheLastSegmentIsLost_theLossIsTold() throws IOException {
        Map<String, byte[]> contents = written();
        contents.keySet().removeIf(name -> Segment.numberOf(name) > 2 || name.equals(JournalState.NAME));
        byte[] segment = contents.get(Segment.name(2));
        List<SegmentBytes.Place> frames = SegmentBytes.frames(segment);
        SegmentBytes.Place end = frames.get(frames.size() - 1);
        long kept = frames.get(0).firstSequence() - 1;
        long last =
                end.firstSequence() + SegmentBytes.frame(segment, end).records().size() - 1;
        Arrays.fill(segment, 0, Segment.HEADER_BYTES, (byte) 0);

        assertThat(run(MemoryDisk.of(contents), false).lines())
                .contains("would keep records 1 to " + kept)
                .contains("would lose records " + (kept + 1) + " to " + last + ", and any behind them");
    }

    private Map<String, byte[]> written() {
        MemoryDisk disk = new MemoryDisk();
        try (Store store = life.open(disk, RandomDiskWrites.NEVER)) {
            life.work(store, 250);
        }
        return disk.contents();
    }

    private Map<String, byte[]> writtenWithSnapshot() throws IOException {
        MemoryDisk disk = new MemoryDisk();
        try (Store store = life.open(disk, RandomDiskWrites.NEVER)) {
            life.work(store, 80);
            store.snapshot();
            life.work(store, 20);
        }
        return disk.contents();
    }

    private static Map<String, byte[]> copied(Map<String, byte[]> contents) {
        Map<String, byte[]> copy = new TreeMap<>();
        contents.forEach((name, bytes) -> copy.put(name, bytes.clone()));
        return copy;
    }
}
