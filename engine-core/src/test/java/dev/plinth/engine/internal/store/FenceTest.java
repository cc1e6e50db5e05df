package dev.plinth.engine.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.plinth.engine.TestScale;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.store.log.FileJournal;
import dev.plinth.engine.internal.store.log.MemoryDisk;
import dev.plinth.engine.internal.store.log.Opening;
import dev.plinth.engine.internal.store.log.Segment;
import dev.plinth.engine.internal.store.log.disk.Disk;
import dev.plinth.engine.settings.Durability;
import dev.plinth.engine.settings.EngineClock;
import dev.plinth.engine.settings.Tables;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Level;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A second opening has got past the lock: from then on nothing of the first one counts, and nothing of either is lost. */
@Timeout(300)
@Tag("scaled")
class FenceTest {
    private static final int RECORDS = 60;

    private final Random random = new Random(TestScale.seed());
    private final MemoryDisk disk = new MemoryDisk();
    private final Opening first = Opening.of(disk);
    private final CapturedClassLog log = new CapturedClassLog(FileJournal.class, Level.SEVERE);

    @AfterEach
    void endListening() {
        log.close();
    }

    @ParameterizedTest
    @EnumSource(
            value = Durability.class,
            names = {"FSYNC", "OS"})
    void takenOver_firstIsFencedAndTheSecondGoesOn(Durability durability) {
        Store one = open(first, durability);
        put(one, 1);
        Store other = open(first.next(disk), durability);
        put(other, 2);

        assertThat(codeOf(one, 3)).isEqualTo(ProblemCode.SHUTTING_DOWN);
        assertThat(codeOf(one, 4)).as("of a call that comes later").isEqualTo(ProblemCode.SHUTTING_DOWN);

        assertThat(one.isWritable()).isFalse();
        assertThat(value(one, 3)).isEqualTo(-1);
        assertThat(value(one, 1)).isEqualTo(1);
        put(other, 5);
        one.close();
        put(other, 6);
        other.close();
        try (Store again = open(first.next(disk), durability)) {
            assertThat(List.of(value(again, 1), value(again, 2), value(again, 3), value(again, 5), value(again, 6)))
                    .containsExactly(1L, 2L, -1L, 5L, 6L);
        }
        assertThat(log.lines())
                .singleElement()
                .satisfies(line -> assertThat(line).contains("another process has got past the lock of the directory"));
    }

    /** The records that the second one has read by then are there, and the first one does not know it. */
    @ParameterizedTest
    @EnumSource(
            value = Durability.class,
            names = {"FSYNC", "OS"})
    void takenOver_betweenWriteAndAnswer_outcomeIsUnknownAndItIsThere(Durability durability) {
        Store one = open(first, durability);
        AtomicReference<Store> other = new AtomicReference<>();
        first.atWrite(() -> {}, () -> other.set(open(first.next(disk), durability)));

        assertThat(codeOf(one, 3)).isEqualTo(ProblemCode.OUTCOME_UNKNOWN);
        assertThat(codeOf(one, 4)).as("of a call that comes later").isEqualTo(ProblemCode.SHUTTING_DOWN);

        assertThat(value(other.get(), 3)).isEqualTo(3);
        one.close();
        other.get().close();
    }

    /** The second one has come, and reads only when the first one has written. */
    @Test
    void takenOver_beforeTheWriteAndReadBehindIt_itIsThere() {
        Store one = open(first, Durability.FSYNC);
        AtomicReference<Opening> second = new AtomicReference<>();
        first.atWrite(() -> second.set(first.next(disk)), () -> {});

        assertThat(codeOf(one, 3)).isEqualTo(ProblemCode.OUTCOME_UNKNOWN);

        try (Store other = open(second.get(), Durability.FSYNC)) {
            assertThat(value(other, 3)).isEqualTo(3);
        }
        one.close();
    }

    /**
     * The first one writes when the second one has read the end; whatever the second one does then, that is not there. It
     * is in no file of the store if the second one has cut the segment short, which it does while half of it is unused.
     */
    @ParameterizedTest
    @CsvSource({"FSYNC, false", "FSYNC, true", "OS, false", "OS, true"})
    void takenOver_writtenBehindTheEndThatWasRead_isNotThereOnceTheSecondOneWrites(
            Durability durability, boolean halfFull) {
        Store one = open(first, durability);
        put(one, 1);
        while (halfFull && usedBytes() < RandomDiskWrites.SEGMENT_BYTES / 2) {
            put(one, 1);
        }
        AtomicReference<Store> other = new AtomicReference<>();
        first.atWrite(() -> other.set(open(first.next(disk), durability)), () -> {});

        assertThat(codeOf(one, 3)).isEqualTo(ProblemCode.OUTCOME_UNKNOWN);

        assertThat(value(other.get(), 3)).isEqualTo(-1);
        put(other.get(), 5);
        CapturedClassLog recovery = new CapturedClassLog(Recovery.class, Level.WARNING);
        try (Store again = open(Opening.of(disk.killed()), durability)) {
            assertThat(value(again, 5)).isEqualTo(5);
            assertThat(again.journalFigures().recordsBehindLimit()).isEqualTo(halfFull ? 1 : 0);
        } finally {
            recovery.close();
        }
        if (halfFull) {
            assertThat(recovery.lines())
                    .singleElement()
                    .satisfies(line -> assertThat(line)
                            .containsPattern(
                                    "has at least 1 record from number \\d+ on that a later opening did not read"));
        } else {
            assertThat(recovery.lines()).isEmpty();
        }
        byte[] state = other.get().stateHash();
        MemoryDisk killed = disk.killed();
        one.close();
        other.get().close();
        boolean survives = durability == Durability.FSYNC;
        for (MemoryDisk left : List.of(disk, killed, survives ? killed.crash(random) : killed)) {
            try (Store again = open(Opening.of(left), durability)) {
                assertThat(again.stateHash()).isEqualTo(state);
            }
        }
    }

    /** Between any two operations of the first one, which changes segments meanwhile. */
    @ParameterizedTest
    @EnumSource(
            value = Durability.class,
            names = {"FSYNC", "OS"})
    void takenOver_anywhere_nothingAcknowledgedIsLostAndTheSecondOneWorks(Durability durability) throws Exception {
        int step = TestScale.count(10) >= 10 ? 1 : 3;
        int openings = 0;
        for (int number = 1; takeOverAt(number, durability); number += step) {
            openings++;
        }
        System.out.println("taken over at " + durability + ": " + openings);
        assertThat(openings).isGreaterThan(10);
    }

    private boolean takeOverAt(int number, Durability durability) throws Exception {
        MemoryDisk shared = new MemoryDisk();
        Opening one = Opening.of(shared);
        Store store = open(one, durability);
        AtomicReference<Store> other = new AtomicReference<>();
        int[] count = new int[1];
        shared.watch(operation -> {
            if (++count[0] == number) {
                shared.watch(null);
                other.set(open(one.next(shared), durability));
            }
        });
        List<Long> acknowledged = new ArrayList<>();
        for (long id = 1; id <= RECORDS && store.isWritable(); id++) {
            if (code(store, id) == null) {
                acknowledged.add(id);
            }
            if (id == RECORDS / 2 && store.isWritable()) {
                try {
                    store.snapshot();
                } catch (IOException | RefusedException refused) {
                    assertThat(one.isOurs()).isFalse();
                }
            }
        }
        shared.watch(null);
        Store second = other.get();
        if (second == null) {
            store.close();
            return false;
        }
        String what = "taken over at operation " + number + " at " + durability;
        for (long id : acknowledged) {
            assertThat(value(second, id)).as(what).isEqualTo(id);
        }
        for (long id = 1000; id < 1000 + RECORDS; id++) {
            put(second, id);
        }
        assertThat(code(store, 2000)).as(what).isNotNull();
        byte[] state = second.stateHash();
        MemoryDisk killed = shared.killed();
        store.close();
        second.close();
        boolean survives = durability == Durability.FSYNC;
        for (MemoryDisk left : List.of(killed, shared, survives ? killed.crash(random) : killed)) {
            try (Store again = open(Opening.of(left), durability)) {
                assertThat(again.stateHash()).as(what).isEqualTo(state);
            } catch (IllegalStateException e) {
                throw new AssertionError("Expected a store that opens, " + what, e);
            }
        }
        return true;
    }

    /** The bytes of the first segment up to its last one that is not zero. */
    private int usedBytes() {
        byte[] bytes = disk.bytes(Segment.name(1));
        int used = bytes.length;
        while (bytes[used - 1] == 0) {
            used--;
        }
        return used;
    }

    private static Store open(Disk disk, Durability durability) {
        return new StoreFiles(Path.of("nowhere"), durability, RandomDiskWrites.SEGMENT_BYTES, RandomDiskWrites.NEVER)
                .open(TestRows.settings(Tables.HEAP), disk, EngineClock.system());
    }

    private static void put(Store store, long id) {
        store.await(TestRows.put(store, id, id));
    }

    private static long value(Store store, long id) {
        return store.<Long>readToAnswer(rows -> TestRows.value(rows, id));
    }

    private static ProblemCode codeOf(Store store, long id) {
        RefusedException refused = catchThrowableOfType(RefusedException.class, () -> put(store, id));
        assertThat(refused).as("refusal of %d", id).isNotNull();
        return refused.refusal().code();
    }

    private static @Nullable ProblemCode code(Store store, long id) {
        try {
            put(store, id);
            return null;
        } catch (RefusedException refused) {
            return refused.refusal().code();
        }
    }
}
