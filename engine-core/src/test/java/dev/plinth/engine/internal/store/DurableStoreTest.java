package dev.plinth.engine.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.Patience;
import dev.plinth.engine.TestScale;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.store.log.Frame;
import dev.plinth.engine.internal.store.log.MemoryDisk;
import dev.plinth.engine.internal.store.log.Segment;
import dev.plinth.engine.internal.store.log.SegmentBytes;
import dev.plinth.engine.internal.store.log.Snapshot;
import dev.plinth.engine.settings.Durability;
import dev.plinth.engine.settings.Tables;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The store of a directory: a disk that is full for a while, opening again, and what stands at the journal's end. */
@Timeout(300)
@Tag("scaled")
class DurableStoreTest {
    private static final String FIRST = Segment.name(1);

    private final RandomDiskWrites life = life(Durability.FSYNC);
    private final MemoryDisk disk = new MemoryDisk();

    @Test
    void spaceEnds_whileServing_writesAreRefusedAndGoOnWhenItReturns() {
        Store store = life.open(disk, RandomDiskWrites.NEVER);
        disk.limit(3 * RandomDiskWrites.SEGMENT_BYTES);
        assertThatThrownBy(() -> {
                    while (true) {
                        life.append(store);
                    }
                })
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("Free some space");
        long before = life.history().size();
        store.await(before);
        assertThat(store.isWritable()).isTrue();
        assertThat(store.stateHash()).isEqualTo(life.history().hash(before));

        disk.limit(Long.MAX_VALUE);
        while (before == life.history().size()) {
            life.work(store, 1);
        }
        store.await(life.history().size());
        store.close();
        life.check(disk.killed(), life.history().size());
    }

    /**
     * A process dies when nothing of its last segment is durable yet, the next one writes behind what it finds, and then the power
     * fails: each sector is kept or not by itself, and all that was synced has to be enough to read the rest.
     */
    @ParameterizedTest
    @EnumSource(
            value = Durability.class,
            names = {"FSYNC", "OS"})
    void process_diesBeforeItsSegmentIsDurable_powerFailsInTheNextOne_opens(Durability durability) {
        RandomDiskWrites first = life(durability);
        List<MemoryDisk> moments = new ArrayList<>();
        disk.watch(operation -> moments.add(disk.killed()));
        first.open(disk, RandomDiskWrites.NEVER).close();
        disk.watch(null);
        for (MemoryDisk moment : moments) {
            RandomDiskWrites next = life(durability);
            try (Store store = next.open(moment, RandomDiskWrites.NEVER)) {
                next.work(store, 8);
                for (int i = 0; i < TestScale.count(200); i++) {
                    next.check(moment.crash(next.random()), 0);
                }
            }
        }
    }

    /** A process that is started, killed and started again, with some records each time. */
    @ParameterizedTest
    @EnumSource(
            value = Durability.class,
            names = {"FSYNC", "OS"})
    void process_killedAgainAndAgain_doesNotFillTheDisk(Durability durability) {
        RandomDiskWrites often = life(durability);
        MemoryDisk left = disk;
        List<Store> killed = new ArrayList<>();
        for (int start = 1; start <= 20; start++) {
            Store store = often.open(left, RandomDiskWrites.NEVER);
            often.work(store, 2);
            store.await(often.history().size());
            left = left.killed();
            killed.add(store);
        }
        killed.forEach(Store::close);

        long bytes =
                left.contents().values().stream().mapToLong(file -> file.length).sum();
        long records = often.history().size();
        assertThat(bytes)
                .as("bytes after " + records + " records; in files "
                        + left.contents().keySet())
                .isLessThan(6L * RandomDiskWrites.SEGMENT_BYTES);
        often.check(left, records);
    }

    @Test
    void spaceEnds_withinASnapshotOrASegment_whatWasBegunGivesItsRoomBack() throws IOException {
        Store store = life.open(disk, RandomDiskWrites.NEVER);
        life.work(store, 100);
        store.await(life.history().size());
        // A file that is still being made would give its own room back. Once all records are durable, no other one is
        // begun.
        Patience.until(() -> hasSpare(disk));
        disk.limit(disk.contents().values().stream()
                        .mapToLong(bytes -> bytes.length)
                        .sum()
                + 100);
        assertThatThrownBy(store::snapshot).isInstanceOf(IOException.class);
        assertThat(disk.names()).doesNotContain(Snapshot.TEMPORARY);
        store.close();

        MemoryDisk small = new MemoryDisk();
        small.limit(1000);
        assertThatThrownBy(() -> Segment.prepareSpare(small, RandomDiskWrites.SEGMENT_BYTES))
                .isInstanceOf(IOException.class);
        assertThat(small.names()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Tables.class)
    void reopening_afterSnapshots_hasTheHashOfTheLiveRun(Tables kind) throws IOException {
        Store store = life.open(kind, disk, RandomDiskWrites.OFTEN);
        life.work(store, 400);
        store.snapshot();
        life.work(store, 100);
        byte[] live = store.stateHash();
        store.close();

        try (Store again = life.open(disk.killed(), RandomDiskWrites.NEVER)) {
            assertThat(again.stateHash()).isEqualTo(live);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Durability.class,
            names = {"FSYNC", "OS"})
    void bitFlips_inTheLastFrameOfAClosedStore_areDamage(Durability durability) {
        RandomDiskWrites written = life(durability);
        Store store = written.open(disk, RandomDiskWrites.NEVER);
        written.work(store, 20);
        store.close();

        assertLastFrameIsGuarded(written, disk);
    }

    @Test
    void bitFlips_inTheLastFrameOfAnIdleStore_areDamage() {
        Store store = life.open(disk, RandomDiskWrites.NEVER);
        life.work(store, 20);
        Patience.until(() -> lastFrame().records().isEmpty());

        assertLastFrameIsGuarded(life, disk.killed());
        store.close();
    }

    @Test
    void emptyFrames_manyOpenings_takeNoRoom() {
        Store store = life.open(disk, RandomDiskWrites.NEVER);
        life.work(store, 20);
        store.close();
        byte[] before = disk.bytes(FIRST).clone();

        for (int i = 0; i < 5; i++) {
            life.open(disk, RandomDiskWrites.NEVER).close();
        }

        assertThat(disk.bytes(FIRST)).isEqualTo(before);
    }

    private static boolean hasSpare(MemoryDisk disk) {
        byte[] spare = disk.contents().get(Segment.SPARE);
        return spare != null && spare.length == RandomDiskWrites.SEGMENT_BYTES;
    }

    private static RandomDiskWrites life(Durability durability) {
        return new RandomDiskWrites(TestScale.seed(), durability, Function.identity());
    }

    private Frame lastFrame() {
        byte[] bytes = disk.contents().get(FIRST);
        List<SegmentBytes.Place> frames = SegmentBytes.frames(bytes);
        return SegmentBytes.frame(bytes, frames.get(frames.size() - 1));
    }

    private static void assertLastFrameIsGuarded(RandomDiskWrites life, MemoryDisk disk) {
        List<SegmentBytes.Place> frames = SegmentBytes.frames(disk.bytes(FIRST));
        SegmentBytes.Place guarded = frames.get(frames.size() - 2);
        for (int at = guarded.from(); at < guarded.to(); at++) {
            MemoryDisk damaged = disk.killed();
            damaged.bytes(FIRST)[at] ^= 4;
            assertThatThrownBy(() -> life.open(damaged, RandomDiskWrites.NEVER))
                    .as("byte %d", at)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(FIRST);
        }
    }
}
