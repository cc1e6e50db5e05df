package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.internal.store.ChildJvm;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Shows an engine that has nothing on its class path but what it cannot do without. */
final class OptionalLibrariesTest {
    private static final Set<String> NEEDED = Set.of("jspecify", "caffeine", "disruptor");

    @Test
    void engine_withoutOptionalLibraries_doesAllButWhatNeedsThemAndNamesThose() throws Exception {
        String output = ChildJvm.run(SmallestEngine.class, OptionalLibrariesTest::isNeeded);

        assertThat(output)
                .contains("created and replayed", "job succeeded", "listener heard key.created")
                .contains("ERROR: Off-heap tables need dev.plinth:engine-off-heap, which is not on the class path;"
                        + " add that dependency in the version of engine-core, or use heap tables.")
                .contains(
                        "ERROR: A type with a JSON Schema needs dev.plinth:engine-schema-validator,"
                                + " which is not on the class path; add that dependency in the version of engine-core, or register no types.")
                .contains("Webhooks need dev.plinth:engine-webhook-client, which is not on the class path;"
                        + " add that dependency in the version of engine-core, or delete the endpoints.")
                .contains("test delivery {\"delivered\":false")
                .doesNotContain("NoClassDefFoundError", "ClassNotFoundException")
                .endsWith("exit 0");
    }

    private static boolean isNeeded(Path entry) {
        String name = entry.getFileName().toString();
        return !name.endsWith(".jar") || NEEDED.stream().anyMatch(needed -> name.startsWith(needed + "-"));
    }
}
