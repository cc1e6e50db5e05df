package dev.plinth.engine.internal.store.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.TestScale;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.store.RandomDiskWrites;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.internal.store.TestRows;
import dev.plinth.engine.internal.store.log.DiskFault;
import dev.plinth.engine.internal.store.log.ForwardingDisk;
import dev.plinth.engine.internal.store.log.Frame;
import dev.plinth.engine.internal.store.log.JournalReader;
import dev.plinth.engine.internal.store.log.JournalState;
import dev.plinth.engine.internal.store.log.JournalVisitor;
import dev.plinth.engine.internal.store.log.MemoryDisk;
import dev.plinth.engine.internal.store.log.Segment;
import dev.plinth.engine.internal.store.log.SegmentBytes;
import dev.plinth.engine.internal.store.log.StoreDamageException;
import dev.plinth.engine.internal.store.log.StoreId;
import dev.plinth.engine.internal.store.log.StoreNames;
import dev.plinth.engine.internal.store.log.disk.Disk;
import dev.plinth.engine.settings.Durability;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that records which are missing at the end of a journal are told from what a crash leaves, by what the last reign has left beside it. */
@Timeout(300)
class JournalStateTest {
    private static final List<TableName<?>> TABLES = List.of(TestRows.TABLE);
    private static final String SEGMENT = Segment.name(1);
    private static final int RECORDS = 12;
    /** The bytes of a record, so that all records together fit into one segment. */
    private static final int ROWS = 2;

    private static final int SMALL_STEP = 7;
    private static final int LOOKS = 5;

    private final MemoryDisk disk = new MemoryDisk();

    @ParameterizedTest
    @EnumSource(
            value = Durability.class,
            names = {"FSYNC", "OS"})
    void closedStore_zeroedToTheEndOfItsLastSegment_isRefusedWithThePlaceOrWhole(Durability durability) {
        RandomDiskWrites life = closed(durability);
        List<SegmentBytes.Place> frames = SegmentBytes.frames(disk.bytes(SEGMENT));
        int whole = frames.get(RECORDS - 1).to();

        for (int from = Segment.HEADER_BYTES; from < whole + Frame.HEADER_BYTES; from += SMALL_STEP) {
            MemoryDisk zeroed = disk.copy();
            byte[] segment = zeroed.bytes(SEGMENT);
            Arrays.fill(segment, from, segment.length, (byte) 0);
            // A byte of a frame may be zero before, so the damage begins where the bytes differ.
            int at = Arrays.mismatch(segment, disk.bytes(SEGMENT));
            if (at < 0 || at >= whole) {
                assertThat(life.check(zeroed, RECORDS)).isEqualTo(RECORDS);
                continue;
            }
            SegmentBytes.Place first =
                    frames.stream().filter(frame -> frame.to() > at).findFirst().orElseThrow();
            String what = "record " + first.firstSequence() + " in " + SEGMENT + " at byte " + first.from()
                    + " is missing, since the store was closed behind record " + RECORDS;
            Map<String, byte[]> before = zeroed.contents();
            assertThatThrownBy(() -> life.open(zeroed, RandomDiskWrites.NEVER))
                    .as("zeros from %d", at)
                    .hasMessageContaining(what + "; nothing was changed");
            assertThat(zeroed.contents()).containsExactlyEntriesOf(before);
        }
    }

    @Test
    void closedStore_withoutItsLastFrames_isFoundByTheToolsAndSalvaged() throws IOException {
        RandomDiskWrites life = closed(Durability.FSYNC);
        byte[] segment = disk.bytes(SEGMENT);
        SegmentBytes.Place from = SegmentBytes.frames(segment).get(7);
        Arrays.fill(segment, from.from(), segment.length, (byte) 0);

        Verification.Found found = Verification.of(disk, StoreNames.of(disk), TABLES);
        assertThat(found.opens()).isFalse();
        assertThat(found.damages())
                .singleElement()
                .satisfies(damage ->
                        assertThat(damage).contains("record 8 in " + SEGMENT, "was closed behind record " + RECORDS));
        assertThatThrownBy(
                        () -> Backup.make(HeldFiles.of(disk), new MemoryDisk(), TABLES, RandomDiskWrites.SEGMENT_BYTES))
                .isInstanceOf(StoreDamageException.class);
        assertThat(Salvage.run(disk, TABLES, false, RandomDiskWrites.SEGMENT_BYTES)
                        .lines())
                .contains("would keep records 1 to 7", "would lose records 8 to 12, and any behind them");
        assertThat(Salvage.run(disk, TABLES, true, RandomDiskWrites.SEGMENT_BYTES)
                        .isWhole())
                .isTrue();
        life.checkAndGoOn(disk, 7);
    }

    @Test
    void backup_withoutItsLastFrames_isRefusedToo() throws IOException {
        RandomDiskWrites life = closed(Durability.FSYNC);
        MemoryDisk copy = new MemoryDisk();
        RecoverablePrefix unused = Backup.make(HeldFiles.of(disk), copy, TABLES, RandomDiskWrites.SEGMENT_BYTES);
        assertThat(life.check(copy.copy(), RECORDS)).isEqualTo(RECORDS);

        byte[] segment = copy.bytes(SEGMENT);
        Arrays.fill(segment, SegmentBytes.frames(segment).get(7).from(), segment.length, (byte) 0);

        assertThatThrownBy(() -> life.open(copy, RandomDiskWrites.NEVER))
                .hasMessageContaining("record 8 in " + SEGMENT);
    }

    /** Whatever bit it is: the page cache has all that was written, so it is damage. */
    @ParameterizedTest
    @EnumSource(
            value = Durability.class,
            names = {"FSYNC", "OS"})
    void killedProcess_bitFlippedAndMachineNotRestarted_isDamage(Durability durability) {
        RandomDiskWrites life = life(durability);
        MemoryDisk killed = killed(life);
        byte[] segment = killed.bytes(SEGMENT);
        List<SegmentBytes.Place> frames = SegmentBytes.frames(segment);
        int last = frames.get(RECORDS - 1).to();
        assertThat(Integer.bitCount(segment[last - 1]))
                .as(
                        "bits of the last byte of the last frame: without its only one it would be zero, as if not written yet")
                .isGreaterThan(1);

        for (int at = frames.get(0).from(); at < last; at++) {
            MemoryDisk damaged = killed.killed();
            damaged.bytes(SEGMENT)[at] ^= (byte) (1 << at % 8);
            Map<String, byte[]> before = damaged.contents();
            assertThatThrownBy(() -> life.open(damaged, RandomDiskWrites.NEVER))
                    .as("byte %d", at)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(SEGMENT)
                    .hasMessageContaining("nothing was changed");
            assertThat(damaged.contents()).containsExactlyEntriesOf(before);
        }
    }

    /** A backup reads beside an engine, which may have written a part of a frame, and ends it some moments later. */
    @Test
    void openStore_frameWrittenInTheMeantime_isNoDamage() throws IOException {
        MemoryDisk open = killed(life(Durability.OS));
        byte[] whole = open.bytes(SEGMENT).clone();
        SegmentBytes.Place last = SegmentBytes.frames(whole).get(RECORDS - 1);
        open.bytes(SEGMENT)[last.from() + Frame.HEADER_BYTES] ^= 1;
        JournalReader.Tail tail =
                JournalReader.all(open, null, new JournalVisitor() {}).read(List.of(1L));
        assertThat(tail.sequence()).isEqualTo(RECORDS - 1);
        AtomicInteger looks = new AtomicInteger();
        Disk written = new ForwardingDisk(open) {
            @Override
            public File open(String name) throws IOException {
                if (looks.incrementAndGet() == LOOKS) {
                    System.arraycopy(whole, 0, open.bytes(SEGMENT), 0, whole.length);
                }
                return super.open(name);
            }

            @Override
            public boolean isOurs() {
                return false;
            }
        };

        assertThat(JournalState.open(StoreId.random(), open.boot()).damage(written, tail))
                .isNull();
        assertThat(looks).hasValueGreaterThanOrEqualTo(LOOKS);
    }

    /** A frame takes the place of an empty one after a backup has read that, and before it has read what follows. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void openStore_frameWrittenOverTheEmptyOneThatWasRead_isReadFromItsBeginning(boolean whole) throws IOException {
        RandomDiskWrites life = closed(Durability.OS);
        MemoryDisk open;
        byte[] after;
        try (Store store = life.open(disk, RandomDiskWrites.NEVER)) {
            open = disk.killed();
            store.await(life.append(store, ROWS));
            after = disk.bytes(SEGMENT).clone();
        }
        SegmentBytes.Place written = SegmentBytes.frames(after).get(RECORDS);
        int emptyEnd = written.from() + Frame.HEADER_BYTES;
        assertThat(SegmentBytes.frames(open.bytes(SEGMENT)).get(RECORDS).to()).isEqualTo(emptyEnd);
        if (!whole) {
            Arrays.fill(after, emptyEnd + SMALL_STEP, after.length, (byte) 0);
        }
        AtomicInteger reads = new AtomicInteger();
        Disk overwritten = new ForwardingDisk(open) {
            @Override
            public int read(String name, File file, ByteBuffer target, long position) throws IOException {
                if (reads.getAndIncrement() == 0) {
                    return super.read(name, file, target.limit(emptyEnd), position);
                }
                System.arraycopy(after, 0, open.bytes(SEGMENT), 0, after.length);
                return super.read(name, file, target, position);
            }

            @Override
            public boolean isOurs() {
                return false;
            }
        };

        JournalReader.Tail tail =
                JournalReader.all(overwritten, null, new JournalVisitor() {}).read(List.of(1L));

        assertThat(tail.sequence()).isEqualTo(whole ? RECORDS + 1 : RECORDS);
        assertThat(tail.tornFrom()).isEqualTo(whole ? written.to() : written.from());
        assertThat(JournalState.open(StoreId.random(), open.boot()).damage(overwritten, tail))
                .isNull();
    }

    @Test
    void killedProcess_bitFlippedAndMachineRestarted_isTakenForATornEndAtOs() {
        RandomDiskWrites life = life(Durability.OS);
        MemoryDisk killed = killed(life);
        SegmentBytes.Place flipped = SegmentBytes.frames(killed.bytes(SEGMENT)).get(4);
        killed.bytes(SEGMENT)[flipped.to() - 1] ^= 1;
        killed.reboot();

        assertThat(life.check(killed, 4)).isEqualTo(4);
    }

    /** A kill in the middle of a write leaves its beginning, wherever it was cut off. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void killedProcess_inTheMiddleOfAWrite_losesThatOnly(boolean behindAnEmptyFrame) {
        RandomDiskWrites life = life(Durability.OS);
        Store store = life.open(disk, RandomDiskWrites.NEVER);
        for (int i = 0; i < 3; i++) {
            store.await(life.append(store, ROWS));
        }
        if (behindAnEmptyFrame) {
            store.close();
            store = life.open(disk, RandomDiskWrites.NEVER);
        }
        MemoryDisk before = disk.killed();
        long sequence = store.write(transaction -> {
            List<Changes.Write> writes = new ArrayList<>();
            for (int id = 0; id < 20; id++) {
                writes.add(TestRows.write(transaction, id, id + 1));
            }
            long appended = transaction.append(writes, transaction.nowMillis());
            life.history().add(appended, transaction, writes);
            return appended;
        });
        store.await(sequence);
        byte[] segment = disk.bytes(SEGMENT);
        SegmentBytes.Place frame = SegmentBytes.frames(segment).get(3);

        for (int cut = frame.from(); cut <= frame.to(); cut++) {
            MemoryDisk left = before.killed();
            System.arraycopy(segment, frame.from(), left.bytes(SEGMENT), frame.from(), cut - frame.from());
            assertThat(life.check(left, 3)).as("cut off at %d", cut).isEqualTo(cut == frame.to() ? 4 : 3);
        }
        store.close();
    }

    /** A disk that has failed may leave anything, though the machine goes on. */
    @Test
    void failedJournal_machineNotRestarted_isTakenAsAfterAPowerCut() {
        RandomDiskWrites life = life(Durability.OS);
        Store store = life.open(disk, RandomDiskWrites.NEVER);
        for (int i = 0; i < RECORDS; i++) {
            store.await(life.append(store, ROWS));
        }
        // The fault may meet the thread that prepares the next segment, which tries again.
        assertThatThrownBy(() -> {
                    while (true) {
                        disk.failAt(DiskFault.WRITE_ERROR, 1);
                        store.await(life.append(store, ROWS));
                    }
                })
                .isInstanceOf(RefusedException.class);
        store.close();
        disk.bytes(SEGMENT)[SegmentBytes.frames(disk.bytes(SEGMENT)).get(4).to() - 1] ^= 1;

        assertThat(life.check(disk, 4)).isEqualTo(4);
    }

    /** An unreadable one says nothing, and so does none. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void state_damagedOrGone_storeOpensWithAllThatIsThere(boolean gone) throws IOException {
        RandomDiskWrites life = closed(Durability.FSYNC);
        if (gone) {
            disk.delete(JournalState.NAME);
        } else {
            disk.bytes(JournalState.NAME)[20] ^= 1;
        }

        life.checkAndGoOn(disk, RECORDS);
    }

    @Test
    void state_writtenAndRead_isTheSame() throws IOException {
        for (JournalState state : List.of(
                JournalState.open(StoreId.random(), "a boot"),
                JournalState.unknown(StoreId.random()),
                new JournalState(StoreId.random(), "", true, 1L << 40, -5, 77, 4711))) {
            state.write(disk, true);
            assertThat(JournalState.read(disk)).isEqualTo(state);
        }
        ByteBuffer.wrap(disk.bytes(JournalState.NAME)).putInt(8, 2);
        assertThat(JournalState.read(disk)).isNull();
    }

    private static RandomDiskWrites life(Durability durability) {
        return new RandomDiskWrites(TestScale.seed(), durability, Function.identity());
    }

    /** Each record in a frame of its own. */
    private RandomDiskWrites closed(Durability durability) {
        RandomDiskWrites life = life(durability);
        try (Store store = life.open(disk, RandomDiskWrites.NEVER)) {
            for (int i = 0; i < RECORDS; i++) {
                store.await(life.append(store, ROWS));
            }
        }
        return life;
    }

    /** The same, and the last record is one that does not end in zeros. */
    private MemoryDisk killed(RandomDiskWrites life) {
        try (Store store = life.open(disk, RandomDiskWrites.NEVER)) {
            for (int i = 1; i < RECORDS; i++) {
                store.await(life.append(store, ROWS));
            }
            store.await(store.write(transaction -> {
                List<Changes.Write> writes = List.of(TestRows.write(transaction, 1, 0x0303_0303_0303_0303L));
                long appended = transaction.append(writes, transaction.nowMillis());
                life.history().add(appended, transaction, writes);
                return appended;
            }));
            return disk.killed();
        }
    }
}
