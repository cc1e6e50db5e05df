package dev.plinth.consumer;

import dev.plinth.engine.api.Json;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A folder that a build has published to. */
record Repository(Path plinth) {
    /** The tests of our own modules share classes by it; it is of no use to others. */
    private static final String TESTS = "-tests.jar";

    static Repository of(String property) {
        return new Repository(Path.of(URI.create(System.getProperty(property))).resolve("dev/plinth"));
    }

    /** Returns the names of all artifacts, such as {@code engine-core}. */
    Set<String> artifacts() throws IOException {
        try (Stream<Path> folders = Files.list(plinth)) {
            return folders.filter(Files::isDirectory)
                    .map(folder -> folder.getFileName().toString())
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    /** Returns the artifacts that have a jar. */
    List<String> libraries() throws IOException {
        return artifacts().stream()
                .filter(name -> !name.equals("plinth-bom") && !name.equals("plinth-parent"))
                .toList();
    }

    /** Returns the files of an artifact by what follows its version, such as {@code -sources.jar} and {@code .pom}. */
    Map<String, Path> files(String artifact) throws IOException {
        String version = System.getProperty("plinth.version");
        Map<String, Path> files = new TreeMap<>();
        try (Stream<Path> all = Files.list(plinth.resolve(artifact).resolve(version))) {
            for (Path file : all.sorted().toList()) {
                String name = file.getFileName().toString();
                // A snapshot has a time and a number in the place of the word.
                String rest = name.replaceFirst(
                        artifact + "-" + version.replace("-SNAPSHOT", "") + "(?:-SNAPSHOT|-\\d+\\.\\d+-\\d+)?", "");
                if (!name.startsWith("maven-metadata")
                        && !name.matches(".*\\.(?:md5|sha\\d+)")
                        && !rest.equals(TESTS)) {
                    files.put(rest, file);
                }
            }
        }
        return files;
    }

    JarFile jar(String artifact, String classifier) throws IOException {
        return new JarFile(files(artifact).get(classifier + ".jar").toFile());
    }

    String pom(String artifact) throws IOException {
        return Files.readString(files(artifact).get(".pom"));
    }

    /** Returns the libraries that the list of an artifact names, as {@code group/name}. */
    Set<String> components(String artifact) throws IOException {
        Json list = Json.of(Files.readString(files(artifact).get("-cyclonedx.json")));
        return ((List<?>) list.asMap().get("components"))
                .stream()
                        .map(component -> (Map<?, ?>) component)
                        .map(component -> component.get("group") + "/" + component.get("name"))
                        .collect(Collectors.toCollection(TreeSet::new));
    }
}
