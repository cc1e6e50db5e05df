package dev.plinth.engine.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.TestScale;
import dev.plinth.engine.api.EngineClock;
import dev.plinth.engine.internal.base.Changes;
import dev.plinth.engine.internal.base.Refused;
import dev.plinth.engine.internal.base.Rows;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The store of a directory, on a disk that fails, tears and forgets. */
@Timeout(300)
class DurableStoreTest {
    private static final int SEGMENT_BYTES = 16 * 1024;
    private static final int IDS = 40;

    /** Operations and what they left behind, by sequence. */
    private final List<long[]> history = new ArrayList<>();

    @ParameterizedTest
    @EnumSource(
            value = Journal.Durability.class,
            names = {"FSYNC", "OS"})
    void processDies_anywhere_nothingAcknowledgedIsLost(Journal.Durability durability) {
        long seed = TestScale.seed();
        Random random = new Random(seed);
        for (int round = 0; round < TestScale.count(100); round++) {
            history.clear();
            MemoryDisk disk = new MemoryDisk();
            Store store = open(disk, durability, 8 * 1024);
            work(store, random, random.nextInt(400));
            long acknowledged = store.committed();
            MemoryDisk after = disk.copy();
            store.close();
            checkPrefix(after, durability, acknowledged, seed);
        }
    }

    @Test
    void powerFails_anywhere_nothingAcknowledgedIsLost() {
        long seed = TestScale.seed();
        Random random = new Random(seed);
        for (int round = 0; round < TestScale.count(100); round++) {
            history.clear();
            MemoryDisk disk = new MemoryDisk();
            Store store = open(disk, Journal.Durability.FSYNC, 8 * 1024);
            work(store, random, random.nextInt(400));
            for (int cut = 0; cut < 10; cut++) {
                submit(store, random);
                long acknowledged = store.committed();
                checkPrefix(disk.crash(random), Journal.Durability.FSYNC, acknowledged, seed);
            }
            store.close();
        }
    }

    @Test
    void powerFails_withoutSync_whatIsLeftIsAPrefix() {
        long seed = TestScale.seed();
        Random random = new Random(seed);
        for (int round = 0; round < TestScale.count(100); round++) {
            history.clear();
            MemoryDisk disk = new MemoryDisk();
            Store store = open(disk, Journal.Durability.OS, Long.MAX_VALUE);
            work(store, random, random.nextInt(200));
            checkPrefix(disk.crash(random), Journal.Durability.OS, 0, seed);
            store.close();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {8 * 1024, Long.MAX_VALUE})
    void bitFlips_anywhereInTheFiles_neverGiveAWrongAnswer(long bytesPerSnapshot) {
        long seed = TestScale.seed();
        Random random = new Random(seed);
        MemoryDisk disk = new MemoryDisk();
        Store store = open(disk, Journal.Durability.FSYNC, bytesPerSnapshot);
        work(store, random, 400);
        store.close();
        int refused = 0;
        for (int round = 0; round < TestScale.count(2000); round++) {
            MemoryDisk damaged = disk.copy();
            List<String> files = namesOf(damaged);
            byte[] bytes = damaged.bytes(files.get(random.nextInt(files.size())));
            bytes[random.nextInt(lastNonZero(bytes) + 1)] ^= (byte) (1 << random.nextInt(8));
            try {
                checkPrefix(damaged, Journal.Durability.FSYNC, history.size(), seed);
            } catch (IllegalStateException damage) {
                assertThat(damage).hasMessageStartingWith("Expected ").hasMessageContaining("Restore a copy");
                refused++;
            }
        }
        // With two snapshots most damage is in what they replace, and is harmless.
        if (bytesPerSnapshot == Long.MAX_VALUE) {
            assertThat(refused).as(TestScale.repeatWith(seed)).isPositive();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Journal.Durability.class,
            names = {"FSYNC", "OS"})
    void bitFlips_inTheLastFrameOfAClosedStore_areDamage(Journal.Durability durability) {
        MemoryDisk disk = new MemoryDisk();
        Store store = open(disk, durability, Long.MAX_VALUE);
        work(store, new Random(1), 20);
        store.close();

        assertLastFrameIsGuarded(disk);
    }

    @Test
    void bitFlips_inTheLastFrameOfAnIdleStore_areDamage() {
        MemoryDisk disk = new MemoryDisk();
        Store store = open(disk, Journal.Durability.FSYNC, Long.MAX_VALUE);
        work(store, new Random(1), 20);
        while (lastFrames(disk).get(1).records().size() > 0) {
            Thread.onSpinWait();
        }

        assertLastFrameIsGuarded(disk.copy());
        store.close();
    }

    @Test
    void emptyFrames_manyOpenings_takeNoRoom() {
        MemoryDisk disk = new MemoryDisk();
        Store store = open(disk, Journal.Durability.FSYNC, Long.MAX_VALUE);
        work(store, new Random(1), 20);
        store.close();
        byte[] before = disk.bytes(Segment.name(1)).clone();

        for (int i = 0; i < 5; i++) {
            open(disk, Journal.Durability.FSYNC, Long.MAX_VALUE).close();
        }

        assertThat(disk.bytes(Segment.name(1))).isEqualTo(before);
    }

    @Test
    void processDiesAndPowerFailsAfterReopening_whatWasReadIsNotLost() {
        long seed = TestScale.seed();
        Random random = new Random(seed);
        for (int round = 0; round < TestScale.count(100); round++) {
            history.clear();
            MemoryDisk disk = new MemoryDisk();
            Store store = open(disk, Journal.Durability.OS, Long.MAX_VALUE);
            work(store, random, random.nextInt(200));
            MemoryDisk killed = disk.killed();
            store.close();
            Store again = open(killed, Journal.Durability.FSYNC, Long.MAX_VALUE);
            long read = again.committed();
            checkPrefix(killed.crash(random), Journal.Durability.FSYNC, read, seed);
            again.close();
        }
    }

    /** The last frame with records and what stands behind it. */
    private static List<Frame> lastFrames(MemoryDisk disk) {
        ByteBuffer bytes = ByteBuffer.wrap(disk.bytes(Segment.name(1)));
        Frame last = new Frame(0, true, List.of(), 0);
        Frame behind = last;
        int at = Segment.HEADER_BYTES;
        for (Frame frame = Frame.decode(bytes, at); frame != null; frame = Frame.decode(bytes, at)) {
            last = behind;
            behind = frame;
            at += frame.bytes();
        }
        return List.of(last, behind);
    }

    private static void assertLastFrameIsGuarded(MemoryDisk disk) {
        List<Frame> frames = lastFrames(disk);
        assertThat(frames.get(1).records()).isEmpty();
        int end = lastNonZero(disk.bytes(Segment.name(1))) + 1 - frames.get(1).bytes();
        for (int at = end - frames.get(0).bytes(); at < end; at++) {
            MemoryDisk damaged = disk.copy();
            damaged.bytes(Segment.name(1))[at] ^= 4;
            assertThatThrownBy(() -> open(damaged, Journal.Durability.FSYNC, Long.MAX_VALUE))
                    .as("byte %d", at)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(Segment.name(1));
        }
    }

    @Test
    void spaceEnds_whileServing_writesAreRefusedAndGoOnWhenItReturns() {
        MemoryDisk disk = new MemoryDisk();
        Store store = open(disk, Journal.Durability.FSYNC, Long.MAX_VALUE);
        disk.limit(3 * SEGMENT_BYTES);
        Random random = new Random(1);
        assertThatThrownBy(() -> {
                    while (true) {
                        append(store, random);
                    }
                })
                .isInstanceOf(Refused.class)
                .hasMessageContaining("Free some space");
        int before = history.size();
        assertThat(settled(store, before)).isTrue();
        assertThat(store.isWritable()).isTrue();

        disk.limit(Long.MAX_VALUE);
        while (before == history.size()) {
            submit(store, random);
            Thread.onSpinWait();
        }
        assertThat(settled(store, history.size())).isTrue();
        store.close();
        checkPrefix(disk.copy(), Journal.Durability.FSYNC, history.size(), 1);
    }

    @ParameterizedTest
    @EnumSource(TableKind.class)
    void replay_afterSnapshots_hasTheHashOfTheLiveRun(TableKind kind) throws IOException {
        MemoryDisk disk = new MemoryDisk();
        Store store = Store.open(settings(kind), files(Journal.Durability.FSYNC, 8 * 1024), disk, EngineClock.system());
        work(store, new Random(5), 400);
        store.snapshot();
        work(store, new Random(6), 100);
        byte[] live = store.stateHash();
        store.close();

        Store again = open(disk.copy(), Journal.Durability.FSYNC, Long.MAX_VALUE);
        assertThat(again.stateHash()).isEqualTo(live);
        again.close();
    }

    @Test
    void directory_openedTwice_isRefusedWithTheHolder(@TempDir Path directory) {
        Store store = Store.open(
                settings(TableKind.HEAP),
                new Store.Files(directory, Journal.Durability.FSYNC, SEGMENT_BYTES, Long.MAX_VALUE),
                EngineClock.system());

        assertThatThrownBy(() -> Store.open(
                        settings(TableKind.HEAP),
                        new Store.Files(directory, Journal.Durability.FSYNC, SEGMENT_BYTES, Long.MAX_VALUE),
                        EngineClock.system()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(Long.toString(ProcessHandle.current().pid()));
        store.close();
    }

    private void checkPrefix(MemoryDisk disk, Journal.Durability durability, long acknowledged, long seed) {
        Store store = open(disk, durability, Long.MAX_VALUE);
        try {
            long last = store.committed();
            assertThat(last).as("records left; %s", TestScale.repeatWith(seed)).isBetween(acknowledged, (long)
                    history.size());
            Map<Long, Long> model = new HashMap<>();
            for (int i = 0; i < last; i++) {
                long[] operation = history.get(i);
                if (operation[1] < 0) {
                    model.remove(operation[0]);
                } else {
                    model.put(operation[0], operation[1]);
                }
            }
            for (long id = 0; id < IDS; id++) {
                assertThat(Parcels.value(store.view(), id))
                        .as("parcel %d after record %d; %s", id, last, TestScale.repeatWith(seed))
                        .isEqualTo(model.getOrDefault(id, -1L));
            }
            long members = store.read(rows -> rows.size(Parcels.ALL));
            assertThat(members).isEqualTo(model.size());
            assertThat(store.read(rows -> rows.ceiling(Parcels.ALL, 0)) == Rows.NONE)
                    .isEqualTo(model.isEmpty());
        } finally {
            store.close();
        }
    }

    /** Works until it has done so much, or the store takes no more. */
    private void work(Store store, Random random, int operations) {
        long last = 0;
        for (int i = 0; i < operations && store.isWritable(); i++) {
            last = submit(store, random);
            if (random.nextInt(8) == 0 && !settled(store, last)) {
                return;
            }
        }
        settled(store, last);
    }

    private static boolean settled(Store store, long sequence) {
        try {
            store.await(sequence);
            return true;
        } catch (Refused refused) {
            return false;
        }
    }

    private long submit(Store store, Random random) {
        try {
            return append(store, random);
        } catch (Refused refused) {
            return store.committed();
        }
    }

    private long append(Store store, Random random) {
        long id = random.nextInt(IDS);
        long value = random.nextInt(4) == 0 ? -1 : random.nextInt(1_000_000);
        return store.write(transaction -> {
            Changes.Write write = value < 0 ? Parcels.removal(id) : Parcels.write(transaction, id, value);
            long sequence = transaction.append(List.of(write), transaction.nowMillis());
            history.add(new long[] {id, value});
            return sequence;
        });
    }

    private static List<String> namesOf(MemoryDisk disk) {
        try {
            return disk.names().stream()
                    .filter(name -> Segment.numberOf(name) > 0 || Snapshot.sequenceOf(name) >= 0)
                    .toList();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static int lastNonZero(byte[] bytes) {
        int at = bytes.length - 1;
        while (at > 0 && bytes[at] == 0) {
            at--;
        }
        return at;
    }

    private static Store open(MemoryDisk disk, Journal.Durability durability, long bytesPerSnapshot) {
        return Store.open(settings(TableKind.HEAP), files(durability, bytesPerSnapshot), disk, EngineClock.system());
    }

    private static Store.Files files(Journal.Durability durability, long bytesPerSnapshot) {
        return new Store.Files(Path.of("nowhere"), durability, SEGMENT_BYTES, bytesPerSnapshot);
    }

    private static Store.Settings settings(TableKind kind) {
        return new Store.Settings(kind, List.of(Parcels.TABLE), 1000);
    }
}
