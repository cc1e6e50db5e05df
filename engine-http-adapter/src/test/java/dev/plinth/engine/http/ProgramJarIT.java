package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
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

    /** A component of the list of libraries in the jar. */
    private record Component(String name, String version) {}

    private static List<Component> components(JarFile jar) throws IOException {
        try (InputStream list = jar.getInputStream(jar.getEntry("META-INF/sbom/plinth.cdx.json"))) {
            Map<String, ?> sbom = Json.of(new String(list.readAllBytes(), StandardCharsets.UTF_8))
                    .asMap();
            return ((List<?>) sbom.get("components"))
                    .stream()
                            .map(each -> (Map<?, ?>) each)
                            .map(each ->
                                    new Component(each.get("group") + ":" + each.get("name"), each.get("version") + ""))
                            .toList();
        }
    }

    @Test
    void jar_ofTheProgram_listsEveryLibraryInIt() throws IOException {
        try (JarFile jar = new JarFile(System.getProperty("plinth.jar"))) {
            List<Component> components = components(jar);
            List<Component> inside = new ArrayList<>();
            for (ZipEntry entry : jar.stream()
                    .filter(each -> each.getName().matches("META-INF/maven/.*/pom\\.properties"))
                    .toList()) {
                Properties pom = new Properties();
                try (InputStream text = jar.getInputStream(entry)) {
                    pom.load(text);
                }
                inside.add(new Component(
                        pom.getProperty("groupId") + ":" + pom.getProperty("artifactId"), pom.getProperty("version")));
            }
            inside.removeIf(each -> each.name().equals("dev.plinth:engine-http-adapter"));
            assertThat(inside).hasSizeGreaterThan(20);
            assertThat(components).containsAll(inside);
            assertThat(components)
                    .extracting(Component::name)
                    .contains(
                            "org.eclipse.jetty:jetty-server",
                            "com.lmax:disruptor",
                            "com.networknt:json-schema-validator",
                            "org.apache.httpcomponents.core5:httpcore5");
        }
    }

    /** Compares the libraries with the list of advisories in the repository, which is offline as this test is. */
    @Test
    void jar_ofTheProgram_hasNoLibraryOfAKnownAdvisory() throws IOException {
        List<String> advisories = Files.readAllLines(Path.of("../packaging/advisories.txt")).stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .toList();
        assertThat(advisories).hasSizeGreaterThan(5);
        try (JarFile jar = new JarFile(System.getProperty("plinth.jar"))) {
            List<Component> components = components(jar);
            List<String> affected = new ArrayList<>();
            for (String advisory : advisories) {
                String[] words = advisory.split("\\s+");
                components.stream()
                        .filter(each -> each.name().equals(words[0]) && isBefore(each.version(), words[1]))
                        .forEach(each -> affected.add(each + " " + advisory));
            }
            assertThat(affected)
                    .as("Raise these libraries to the version after the name")
                    .isEmpty();
            assertThat(components)
                    .extracting(Component::name)
                    .contains(advisories.get(0).split("\\s+")[0]);
        }
    }

    private static boolean isBefore(String version, String fixed) {
        String[] one = version.split("\\.");
        String[] other = fixed.split("\\.");
        for (int i = 0; i < Math.max(one.length, other.length); i++) {
            int difference = Integer.compare(number(one, i), number(other, i));
            if (difference != 0) {
                return difference < 0;
            }
        }
        return false;
    }

    private static int number(String[] parts, int at) {
        return at < parts.length ? Integer.parseInt(parts[at].replaceAll("\\D.*", "")) : 0;
    }

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
