package dev.plinth.engine.log.postgres.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/** The PostgreSQL of this machine, as its distribution has packed it. */
public final class Installed {
    private static final Path VERSIONS = Path.of("/usr/lib/postgresql");

    private Installed() {}

    /** Returns the directory of the newest version's programs; empty if none is installed. */
    public static Optional<Path> programs() throws IOException {
        if (!Files.isDirectory(VERSIONS)) {
            return Optional.empty();
        }
        try (Stream<Path> found = Files.list(VERSIONS)) {
            return found.filter(version -> Files.isExecutable(version.resolve("bin/initdb")))
                    .max(Comparator.comparingInt(
                            version -> Integer.parseInt(version.getFileName().toString())))
                    .map(version -> version.resolve("bin"));
        }
    }
}
