package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;

/** Tests what the standalone jar holds of the libraries that are published under a package of ours. */
final class ProgramJarIT {
    private static final List<String> RELOCATED = List.of(
            "org/eclipse/jetty/",
            "org/apache/hc/",
            "com/networknt/",
            "com/fasterxml/",
            "com/ethlo/",
            "com/lmax/",
            "org/snakeyaml/");
    private static final List<String> SHADED = List.of(
            "dev/plinth/shaded/jetty/server/Server.class",
            "dev/plinth/shaded/hc/core5/reactor/DefaultConnectingIOReactor.class",
            "dev/plinth/shaded/networknt/schema/Schema.class",
            "dev/plinth/shaded/jackson/databind/JsonNode.class",
            "dev/plinth/shaded/ethlo/time/ITU.class",
            "dev/plinth/shaded/disruptor/RingBuffer.class",
            "dev/plinth/shaded/snakeyaml/engine/v2/api/LoadSettings.class");

    @Test
    void jar_ofTheProgram_holdsEachRelocatedLibraryOnce() throws IOException {
        try (JarFile jar = new JarFile(System.getProperty("plinth.jar"))) {
            List<String> classes = jar.stream()
                    .map(ZipEntry::getName)
                    .filter(name -> name.endsWith(".class"))
                    .toList();
            assertThat(classes).doesNotHaveDuplicates().containsAll(SHADED);
            assertThat(classes.stream()
                            .filter(name -> RELOCATED.stream().anyMatch(name::contains))
                            .toList())
                    .isEmpty();
        }
    }
}
