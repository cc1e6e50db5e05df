package dev.plinth.engine.jdbc;

import dev.plinth.engine.log.postgres.server.FreePorts;
import dev.plinth.engine.log.postgres.server.Patience;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.stream.Stream;
import org.mariadb.jdbc.MariaDbDataSource;

/** A server of MariaDB with an empty database, whose programs this machine has. It ends with the JVM. */
final class MariaDbServer {
    private static final Path PROGRAM = Path.of("/usr/sbin/mariadbd");
    private static final Path INSTALL = Path.of("/usr/bin/mariadb-install-db");

    private final Process process;
    private final MariaDbDataSource source;

    private MariaDbServer(Path home) throws IOException, SQLException, InterruptedException {
        Path data = home.resolve("data");
        int port = FreePorts.find();
        int status = new ProcessBuilder(
                        INSTALL.toString(),
                        "--no-defaults",
                        "--datadir=" + data,
                        "--user=" + user(),
                        "--auth-root-authentication-method=normal")
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("install.log").toFile())
                .start()
                .waitFor();
        if (status != 0) {
            throw new IOException("mariadb-install-db ended with status " + status + ": "
                    + Files.readString(home.resolve("install.log")));
        }
        process = new ProcessBuilder(
                        PROGRAM.toString(),
                        "--no-defaults",
                        "--datadir=" + data,
                        "--user=" + user(),
                        "--port=" + port,
                        "--bind-address=127.0.0.1",
                        "--socket=" + home.resolve("socket"),
                        "--pid-file=" + home.resolve("pid"),
                        "--skip-grant-tables")
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("server.log").toFile())
                .start();
        source = new MariaDbDataSource("jdbc:mariadb://127.0.0.1:" + port + "/test?user=root");
        Patience.until(this::answers);
    }

    /** Returns true if this machine has the programs. */
    static boolean isInstalled() {
        return Files.isExecutable(PROGRAM) && Files.isExecutable(INSTALL);
    }

    /** Returns the server of all tests of this JVM. */
    static MariaDbServer shared() {
        return Shared.SERVER;
    }

    MariaDbDataSource source() {
        return source;
    }

    private boolean answers() {
        if (!process.isAlive()) {
            throw new IllegalStateException("The server of MariaDB ended with status " + process.exitValue());
        }
        try (Connection connection = source.getConnection()) {
            return connection.isValid(1);
        } catch (SQLException e) {
            return false;
        }
    }

    private static String user() {
        String own = System.getProperty("user.name");
        return own.equals("root") ? "nobody" : own;
    }

    /** Starts with the first test that needs it. */
    private static final class Shared {
        private static final MariaDbServer SERVER = start();

        private static MariaDbServer start() {
            try {
                Path home = Files.createTempDirectory("plinth-mariadb");
                Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxrwxrwx"));
                MariaDbServer server = new MariaDbServer(home);
                Runtime.getRuntime().addShutdownHook(new Thread(() -> server.end(home)));
                return server;
            } catch (IOException | SQLException e) {
                throw new IllegalStateException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    }

    private void end(Path home) {
        process.destroyForcibly();
        try {
            int unused = process.waitFor();
            try (Stream<Path> files = Files.walk(home)) {
                for (Path file :
                        files.sorted((one, other) -> other.compareTo(one)).toList()) {
                    Files.delete(file);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
