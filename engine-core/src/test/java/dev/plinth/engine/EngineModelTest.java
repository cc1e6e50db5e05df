package dev.plinth.engine;

import dev.plinth.engine.settings.Tables;
import java.nio.file.Path;
import java.util.BitSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Random lives against a model of plain lists: after each request the answer is the model's, and at the end so is everything
 * that can be asked for. A life that goes wrong is shrunk, and printed with its seed.
 */
@Tag("portable")
@Timeout(600)
@Tag("scaled")
class EngineModelTest {
    private static final int STEPS = 60;
    private static final int DURABLE_ONE_IN = 4;

    private final long seed = TestScale.seed();

    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource
    void life_anyRequestsAndRestarts_isThatOfTheModel(Tables tables) {
        for (int i = 0; i < TestScale.count(15, 600, 10_000); i++) {
            Life life = new Life(tables, (seed + i) % DURABLE_ONE_IN == 0, seed + i);
            Failure failure = life.run(new BitSet());
            if (failure != null) {
                throw life.shrunk(failure).error();
            }
        }
    }

    /** How a life went wrong. */
    private record Failure(Throwable cause, BitSet leftOut, String log, long seed) {
        AssertionError error() {
            return new AssertionError(TestScale.repeatWith(seed) + "\n" + log + "\n" + cause.getMessage(), cause);
        }
    }

    private final class Life {
        private final Tables tables;
        private final boolean durable;
        private final long seed;
        private int runs;

        Life(Tables tables, boolean durable, long seed) {
            this.tables = tables;
            this.durable = durable;
            this.seed = seed;
        }

        /** Null if all went well. */
        Failure run(BitSet leftOut) {
            Path parent = durable ? directory.resolve("run-" + runs++) : null;
            try (ModelledEngine engine = new ModelledEngine(tables, parent, seed)) {
                ModelRun life = new ModelRun(engine, seed);
                try {
                    life.live(STEPS, leftOut);
                    return null;
                } catch (AssertionError | RuntimeException e) {
                    return new Failure(e, leftOut, life.log(), seed);
                }
            }
        }

        /** Leaves out one step after the other, as long as it still goes wrong. */
        Failure shrunk(Failure failure) {
            Failure smallest = failure;
            for (int i = STEPS - 1; i >= 0; i--) {
                BitSet leftOut = (BitSet) smallest.leftOut.clone();
                leftOut.set(i);
                Failure smaller = run(leftOut);
                smallest = smaller == null ? smallest : smaller;
            }
            return smallest;
        }
    }
}
