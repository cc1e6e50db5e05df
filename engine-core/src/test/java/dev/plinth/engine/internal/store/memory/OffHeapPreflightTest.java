package dev.plinth.engine.internal.store.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.internal.store.ChildJvm;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

final class OffHeapPreflightTest {
    @Test
    void check_withoutFlags_namesThemInOneSentence() throws Exception {
        String output = probe(List.of());

        assertThat(output)
                .contains(
                        "IllegalStateException: Expected a JVM that allows off-heap tables, but it was started without"
                                + " --add-opens=java.base/java.lang=ALL-UNNAMED"
                                + " --add-opens=java.base/java.lang.reflect=ALL-UNNAMED:"
                                + " add that to the java command, or use heap tables.")
                .doesNotContain("net.openhft")
                .endsWith("exit 1");
    }

    @Test
    void check_withoutOneFlag_namesThatOne() throws Exception {
        for (int i = 0; i < ChildJvm.FLAGS.size(); i++) {
            String present = ChildJvm.FLAGS.get(i);
            String missing = ChildJvm.FLAGS.get(1 - i);

            assertThat(probe(List.of(present)))
                    .contains("started without " + missing + ":")
                    .doesNotContain(present)
                    .endsWith("exit 1");
        }
    }

    @Test
    void check_withoutAModule_namesIt() throws Exception {
        assertThat(probe(List.of("--limit-modules=java.base,jdk.unsupported")))
                .contains("started without --add-modules=java.compiler --add-modules=java.management"
                        + " --add-modules=java.naming --add-opens=")
                .endsWith("exit 1");
    }

    @Test
    void check_withFlags_letsTablesWork() throws Exception {
        assertThat(probe(ChildJvm.FLAGS)).contains("works").endsWith("exit 0");
    }

    private static String probe(List<String> flags) throws IOException, InterruptedException {
        return ChildJvm.run(OffHeapProbe.class, flags);
    }
}
