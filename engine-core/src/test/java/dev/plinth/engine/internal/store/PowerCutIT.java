package dev.plinth.engine.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.LoopDisk;
import dev.plinth.engine.TestScale;
import dev.plinth.engine.internal.store.log.Sabotage;
import dev.plinth.engine.settings.Durability;
import dev.plinth.engine.settings.EngineClock;
import dev.plinth.engine.settings.Tables;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.file.Path;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A store on a real file system whose power is cut while eight writers are at work, again and again: what is left is a beginning
 * of the history in the order of commits, and with {@code FSYNC} all that was acknowledged is in it. Each cut meets another kind of
 * tables by chance. Segments and snapshots are so small that most cuts fall into a change of segments or the writing of a snapshot.
 */
@Timeout(3600)
@Tag("scaled")
class PowerCutIT {
    private static final int MEGABYTES = 24;
    private static final int RECORDS_MAX = 1500;
    private static final int CYCLES_OF_SABOTAGE = 5;

    private final long seed = TestScale.seed();
    private final Random random = new Random(seed);

    @TempDir
    private Path base;

    private long left;
    private long lost;

    @ParameterizedTest
    @EnumSource(
            value = Durability.class,
            names = {"FSYNC", "OS"})
    void powerCut_whileWriting_leavesABeginningWithAllThatWasPromised(Durability level) throws Exception {
        int cycles = cycles();
        try (LoopDisk disk = LoopDisk.make(base, MEGABYTES)) {
            cut(disk, level, cycles, "-");
        }
        System.out.println(level + ": " + cycles + " power cuts, " + left + " records left, " + lost + " lost");
    }

    @Test
    void powerCut_syncDoesNothing_isFound() throws IOException {
        String sabotage = Sabotage.SYNC_DOES_NOTHING.name();
        try (LoopDisk disk = LoopDisk.make(base, MEGABYTES)) {
            assertThatThrownBy(() -> cut(disk, Durability.FSYNC, CYCLES_OF_SABOTAGE, sabotage))
                    .isInstanceOf(AssertionError.class);
        }
    }

    private void cut(LoopDisk disk, Durability level, int cycles, String sabotage)
            throws IOException, InterruptedException {
        try (Store model = TestRows.open(Tables.HEAP, new MemoryJournal(), EngineClock.system())) {
            for (int cycle = 0; cycle < cycles; cycle++) {
                Tables kind = Tables.values()[random.nextInt(Tables.values().length)];
                String what = level + " and " + kind + ", cut " + cycle + "; " + TestScale.repeatWith(seed);
                long acknowledged = cutWhileWriting(disk, level, kind, sabotage);
                try (Store store = SequencedWriters.open(store(disk), level, kind, Function.identity())) {
                    check(store, model, level == Durability.FSYNC ? acknowledged : left, what);
                    lost += Math.max(0, acknowledged - store.committed());
                    left = store.committed();
                } catch (IllegalStateException e) {
                    throw new AssertionError("Expected a store that opens after " + what, e);
                }
            }
        }
    }

    /** Gives what was acknowledged before the power went. */
    private long cutWhileWriting(LoopDisk disk, Durability level, Tables kind, String sabotage)
            throws IOException, InterruptedException {
        Path acknowledgedFile = base.resolve("acknowledged");
        MappedByteBuffer acknowledged = SequencedWriters.acknowledged(acknowledgedFile);
        acknowledged.putLong(0, left);
        long enough = left + 1 + random.nextInt(RECORDS_MAX);
        Process child = ChildJvm.start(
                        SequencedWriters.class,
                        ChildJvm.FLAGS,
                        store(disk).toString(),
                        level.name(),
                        acknowledgedFile.toString(),
                        sabotage,
                        kind.name())
                .redirectErrorStream(true)
                .redirectOutput(base.resolve("child").toFile())
                .start();
        try {
            while (acknowledged.getLong(0) < enough) {
                assertThat(child.isAlive()).as("the child writes").isTrue();
                Thread.yield();
            }
            long before = acknowledged.getLong(0);
            disk.cut();
            return before;
        } finally {
            child.destroyForcibly().waitFor();
            disk.restart();
        }
    }

    private static void check(Store store, Store model, long atLeast, String what) {
        assertThat(store.committed()).as("records left after %s", what).isGreaterThanOrEqualTo(atLeast);
        while (model.committed() < store.committed()) {
            long unused = SequencedWriters.append(model);
        }
        assertThat(store.stateHash()).as("state after %s", what).isEqualTo(model.stateHash());
    }

    private static Path store(LoopDisk disk) {
        return disk.path().resolve("store");
    }

    private static int cycles() {
        // By hand more than ten times as many: a cut takes about a second.
        return TestScale.count(20) >= 200 ? 500 : TestScale.count(20);
    }
}
