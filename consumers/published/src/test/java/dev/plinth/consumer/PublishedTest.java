package dev.plinth.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleFinder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The files that a release consists of, as they lie in the folder. */
class PublishedTest {
    private static final Pattern EMBEDDED = Pattern.compile("META-INF/maven/([^/]+/[^/]+)/pom\\.properties");
    private static final Pattern RELOCATED = Pattern.compile("(dev/plinth/shaded/[a-z]+)/.*\\.class");

    private final Repository repository = Repository.of("plinth.repository");

    @Test
    void library_published_hasSourcesJavadocAndAListOfItsLibraries() throws IOException {
        assertThat(repository.libraries()).contains("engine-core", "engine-http-adapter", "engine-testkit");
        for (String library : repository.libraries()) {
            assertThat(repository.files(library).keySet())
                    .as(library)
                    .contains(".jar", ".pom", "-sources.jar", "-javadoc.jar", "-cyclonedx.json");
        }
    }

    @Test
    void javadoc_published_isOfThePublicPackagesAlone() throws IOException {
        try (JarFile javadoc = repository.jar("engine-core", "-javadoc")) {
            assertThat(javadoc.getEntry("dev/plinth/engine/Engine.html")).isNotNull();
            assertThat(javadoc.getEntry("dev/plinth/engine/settings/Plan.html")).isNotNull();
            assertThat(javadoc.stream().map(Object::toString)).noneMatch(name -> name.contains("internal"));
        }
        try (JarFile javadoc = repository.jar("engine-testkit", "-javadoc")) {
            assertThat(javadoc.getEntry("dev/plinth/engine/testkit/PlinthTest.html"))
                    .isNotNull();
        }
    }

    @Test
    void manifest_ofEachJar_hasVersionAndModuleName() throws IOException {
        Set<String> names = new HashSet<>();
        for (String library : repository.libraries()) {
            try (JarFile jar = repository.jar(library, "")) {
                Attributes manifest = jar.getManifest().getMainAttributes();
                assertThat(manifest.getValue("Implementation-Version"))
                        .as(library)
                        .isEqualTo(System.getProperty("plinth.version"));
                String name = manifest.getValue("Automatic-Module-Name");
                assertThat(name).as(library).startsWith("dev.plinth.");
                assertThat(names.add(name)).as("a second artifact has " + name).isTrue();
            }
        }
        Path testkit = repository.files("engine-testkit").get(".jar");
        assertThat(ModuleFinder.of(testkit).find("dev.plinth.engine.testkit")).isPresent();
    }

    @Test
    void libraryInsideAJar_isInTheListAndInTheNotices() throws IOException {
        Set<String> embedded = new TreeSet<>();
        Set<String> packages = new TreeSet<>();
        for (String library : repository.libraries()) {
            try (JarFile jar = repository.jar(library, "")) {
                assertThat(jar.getEntry("META-INF/LICENSE")).as(library).isNotNull();
                for (String inside : embedded(jar)) {
                    embedded.add(inside);
                    assertThat(repository.components(library)).as(library).contains(inside);
                }
                for (String relocated : relocated(jar)) {
                    packages.add(relocated);
                    assertThat(text(jar, "META-INF/THIRD-PARTY.txt"))
                            .as(library)
                            .contains(relocated);
                }
            }
        }
        assertThat(embedded).contains("org.eclipse.jetty/jetty-server", "com.networknt/json-schema-validator");
        assertThat(packages)
                .contains("dev.plinth.shaded.disruptor", "dev.plinth.shaded.hc", "dev.plinth.shaded.jackson");
        assertThat(repository.components("engine-core")).contains("com.lmax/disruptor");
    }

    @Test
    void program_published_isWholeAndNamesItsVersion() throws IOException {
        try (JarFile program = repository.jar("engine-http-adapter", "-standalone")) {
            Attributes manifest = program.getManifest().getMainAttributes();
            assertThat(manifest.getValue("Main-Class")).isEqualTo("dev.plinth.engine.http.program.Main");
            assertThat(manifest.getValue("Implementation-Version")).isEqualTo(System.getProperty("plinth.version"));
        }
    }

    @Test
    void bom_namesEachLibrary_andNothingElse() throws IOException {
        String bom = repository.pom("plinth-bom");
        List<String> named = new ArrayList<>();
        Matcher artifact = Pattern.compile(
                        "<groupId>([^<]+)</groupId>\\s*<artifactId>([^<]+)</artifactId>\\s*<version>\\$\\{project\\.version}")
                .matcher(bom);
        while (artifact.find()) {
            named.add(artifact.group(2));
        }
        assertThat(named).containsExactlyInAnyOrderElementsOf(repository.libraries());
        assertThat(bom).doesNotContain("<parent>").doesNotContain("<scope>import");
    }

    @Test
    void poms_sayLicenceScmAndDevelopers_andNameNoRepository() throws IOException {
        for (String pom : List.of("plinth-bom", "plinth-parent")) {
            assertThat(repository.pom(pom))
                    .as(pom)
                    .contains(
                            "<name>Apache-2.0</name>",
                            "<scm",
                            "<connection>scm:git:",
                            "<developer>",
                            "<url>https://plinth.dev");
        }
        for (String library : repository.libraries()) {
            assertThat(repository.pom(library))
                    .as(library)
                    .contains("<artifactId>plinth-parent</artifactId>", "<description>")
                    .doesNotContain("<repository>");
        }
    }

    @Test
    void secondBuild_inAnotherFolder_hasEqualBytes() throws IOException {
        Repository second = Repository.of("plinth.second.repository");
        assertThat(second.artifacts()).isEqualTo(repository.artifacts());
        List<String> different = new ArrayList<>();
        int compared = 0;
        for (String artifact : repository.artifacts()) {
            Map<String, Path> files = repository.files(artifact);
            Map<String, Path> others = second.files(artifact);
            assertThat(others.keySet()).isEqualTo(files.keySet());
            for (Map.Entry<String, Path> file : files.entrySet()) {
                compared++;
                if (Files.mismatch(file.getValue(), others.get(file.getKey())) >= 0) {
                    different.add(artifact + file.getKey());
                }
            }
        }
        assertThat(compared).isGreaterThan(30);
        assertThat(different).isEmpty();
    }

    /** Returns the packages that libraries were moved to. */
    private static Set<String> relocated(JarFile jar) {
        return jar.stream()
                .map(entry -> RELOCATED.matcher(entry.getName()))
                .filter(Matcher::matches)
                .map(matcher -> matcher.group(1).replace('/', '.'))
                .collect(Collectors.toSet());
    }

    private static String text(JarFile jar, String entry) throws IOException {
        try (InputStream in = jar.getInputStream(jar.getEntry(entry))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** Returns the libraries of others whose metadata lie in a jar, as {@code group/name}. */
    private static Set<String> embedded(JarFile jar) {
        return jar.stream()
                .map(entry -> EMBEDDED.matcher(entry.getName()))
                .filter(Matcher::matches)
                .map(matcher -> matcher.group(1))
                .filter(name -> !name.startsWith("dev.plinth/"))
                .collect(Collectors.toSet());
    }
}
