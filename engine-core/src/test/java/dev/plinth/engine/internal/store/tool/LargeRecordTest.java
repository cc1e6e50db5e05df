package dev.plinth.engine.internal.store.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.TestScale;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.RowWriter;
import dev.plinth.engine.internal.base.rows.StoreSettings;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.internal.store.StoreFiles;
import dev.plinth.engine.internal.store.TestRows;
import dev.plinth.engine.internal.store.log.MemoryDisk;
import dev.plinth.engine.internal.store.log.Segment;
import dev.plinth.engine.internal.store.log.SegmentBytes;
import dev.plinth.engine.internal.store.log.StoreNames;
import dev.plinth.engine.settings.Durability;
import dev.plinth.engine.settings.EngineClock;
import dev.plinth.engine.settings.Tables;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Records of megabytes, as a bulk call makes them: in the journal they are whole or not there, wherever it is cut off. */
@Timeout(300)
@Tag("scaled")
class LargeRecordTest {
    private static final TableName<?> BOXES = TableName.of(104, "boxes", 16, 400, 1, TableName.Owner.ENGINE);
    private static final List<TableName<?>> TABLES = List.of(BOXES);
    private static final int SEGMENT_BYTES = 16 * 1024 * 1024;
    private static final int SECTOR = 512;
    private static final int ROW_BYTES = Limits.PIECE_BYTES_MAX;
    private static final int ROWS = 90; // more than a frame of many records takes, a little less than a record may have
    private static final String SEGMENT = Segment.name(1);

    private final long seed = TestScale.seed();
    private final Random random = new Random(seed);
    private final MemoryDisk disk = new MemoryDisk();

    @Test
    void recovery_journalIsCutOffInsideARecord_dropsItAndTheNextOneTakesItsPlace() throws IOException {
        byte[] before;
        try (Store store = open(disk, Durability.FSYNC)) {
            store.await(put(store, 1, 1));
            before = store.stateHash();
            store.await(put(store, 2, ROWS));
        }
        byte[] segment = disk.bytes(SEGMENT);
        SegmentBytes.Place large = SegmentBytes.frames(segment).get(1);
        assertThat(large.firstSequence()).isEqualTo(2);

        for (int i = 0; i < TestScale.count(2, 50, 500); i++) {
            MemoryDisk cut = MemoryDisk.of(Map.of(SEGMENT, cut(segment, large)));
            assertThat(Verification.of(cut, StoreNames.of(cut), TABLES).lines())
                    .as(TestScale.repeatWith(seed))
                    .anySatisfy(line -> assertThat(line).contains("nothing acknowledged is in them"));
            MemoryDisk copy = new MemoryDisk();
            assertThat(Backup.make(HeldFiles.of(cut), copy, TABLES, SEGMENT_BYTES)
                            .last())
                    .isEqualTo(1);
            byte[] after;
            try (Store store = open(cut, Durability.FSYNC)) {
                assertThat(store.stateHash()).as(TestScale.repeatWith(seed)).isEqualTo(before);
                long next = put(store, 3, 1);
                assertThat(next).isEqualTo(2);
                store.await(next);
                after = store.stateHash();
            }
            try (Store store = open(cut, Durability.FSYNC)) {
                assertThat(store.stateHash()).as(TestScale.repeatWith(seed)).isEqualTo(after);
            }
        }
    }

    @Test
    void recovery_bitOfARecordFlipsThatOthersFollow_isRefusedAsDamage() {
        try (Store store = open(disk, Durability.FSYNC)) {
            store.await(put(store, 1, 1));
            store.await(put(store, 2, ROWS));
            store.await(put(store, 3, 1));
        }
        byte[] segment = disk.bytes(SEGMENT);
        SegmentBytes.Place large = SegmentBytes.frames(segment).get(1);
        segment[large.from() + random.nextInt(large.to() - large.from())] ^= 1;

        assertThatThrownBy(() -> open(disk, Durability.FSYNC))
                .as(TestScale.repeatWith(seed))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("record 2 in " + SEGMENT + " at byte " + large.from() + " is damaged");
    }

    @ParameterizedTest
    @EnumSource(
            value = Durability.class,
            names = {"FSYNC", "OS"})
    void append_recordsOfAnyLengthUntilTheDiskIsFull_areTakenOrRefusedAndTheJournalIsWell(Durability durability) {
        for (int round = 0; round < TestScale.count(10); round++) {
            MemoryDisk small = new MemoryDisk();
            small.limit((3 + random.nextInt(3)) * (long) SEGMENT_BYTES + random.nextInt(SEGMENT_BYTES));
            byte[] state;
            int refused = 0;
            try (Store store = open(small, durability)) {
                long last = 0;
                for (int i = 0; refused < 10; i++) {
                    try {
                        last = put(store, i, random.nextInt(4) > 0 ? 1 : 1 + random.nextInt(ROWS));
                    } catch (RefusedException full) {
                        assertThat(full.refusal().code()).isEqualTo(ProblemCode.CAPACITY_EXHAUSTED);
                        refused++;
                    }
                    if (random.nextInt(3) == 0) {
                        store.await(last);
                    }
                }
                store.await(last);
                assertThat(store.isWritable()).as(TestScale.repeatWith(seed)).isTrue();
                state = store.stateHash();
            }
            small.limit(Long.MAX_VALUE);
            try (Store store = open(small, durability)) {
                assertThat(store.stateHash()).as(TestScale.repeatWith(seed)).isEqualTo(state);
            }
        }
    }

    /** Returns what a kill or a power cut leaves of the last frame: a beginning, or any of its sectors. */
    private byte[] cut(byte[] segment, SegmentBytes.Place frame) {
        byte[] left = segment.clone();
        Arrays.fill(left, frame.to(), left.length, (byte) 0);
        if (random.nextBoolean()) {
            Arrays.fill(left, frame.from() + random.nextInt(frame.to() - frame.from()), frame.to(), (byte) 0);
            return left;
        }
        int odds = 2 + random.nextInt(1000);
        int lost = frame.from() / SECTOR + 1 + random.nextInt((frame.to() - frame.from()) / SECTOR - 1);
        for (int at = frame.from() / SECTOR + 1; at < frame.to() / SECTOR; at++) {
            if (at == lost || random.nextInt(odds) == 0) {
                Arrays.fill(left, at * SECTOR, (at + 1) * SECTOR, (byte) 0);
            }
        }
        return left;
    }

    private static Store open(MemoryDisk disk, Durability durability) {
        return new StoreFiles(Path.of("nowhere"), durability, SEGMENT_BYTES, Long.MAX_VALUE)
                .open(new StoreSettings(Tables.HEAP, TABLES, 1_000_000), disk, EngineClock.system());
    }

    /** Rows of bytes by chance, so that a sector that is lost makes a difference. */
    private long put(Store store, long id, int rows) {
        List<Changes.Write> writes = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            byte[] bytes = new byte[rows == 1 ? 1 + random.nextInt(1000) : ROW_BYTES];
            random.nextBytes(bytes);
            writes.add(new Changes.Write(
                    BOXES,
                    TestRows.key(id % 4 << 8 | i),
                    new RowWriter(1).bytes(bytes).row()));
        }
        return store.write(transaction -> transaction.append(writes, transaction.nowMillis()));
    }
}
