package dev.plinth.engine.internal.store;

import dev.plinth.engine.TestScale;
import dev.plinth.engine.settings.Durability;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The machine dies at any time: what is left opens, and is a beginning of what was written. */
@Tag("portable")
@Timeout(300)
@Tag("scaled")
class CrashStateTest {
    @ParameterizedTest
    @EnumSource(
            value = Durability.class,
            names = {"FSYNC", "OS"})
    void machine_diesAnywhere_whatIsLeftIsABeginningWithAllThatWasAcknowledged(Durability durability) {
        CrashRuns runs = new CrashRuns(durability, Function.identity());
        int wanted = TestScale.count(200, 5_000, 50_000);
        int states = 0;
        for (long seed = TestScale.seed(); states < wanted; seed++) {
            states = runs.run(seed);
        }
        System.out.println(durability + ": " + states + " states");
    }
}
