package dev.plinth.engine.log.postgres.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A primary and its synchronous standby, on free ports of this machine. */
public final class Pair implements AutoCloseable {
    private static final Path MEMORY = Path.of("/dev/shm");

    /** Several test JVMs have a pair each. */
    private static final long MEMORY_BYTES_MIN = 2L << 30;

    private static final String SYNCHRONOUS = "synchronous_standby_names = 'standby'";

    private final Path home;
    private Server primary;
    private Server standby;

    private Pair(Path home) throws IOException {
        this.home = home;
        Path programs = home.resolve("programs");
        Binaries.unpack(programs);
        primary = Server.create(programs.resolve("bin"), home.resolve("data/a"));
        standby = Server.createStandby(primary, home.resolve("data/b"));
        primary.configure(SYNCHRONOUS);
        standby.configure(SYNCHRONOUS);
        try {
            primary.start();
            standby.start();
        } catch (UncheckedIOException e) {
            close();
            throw e;
        }
    }

    /** Returns the pair of all test classes, which ends with the JVM. A test leaves it as it was. */
    public static Pair shared() {
        return Shared.PAIR;
    }

    /** Starts a pair of its own. */
    public static Pair start() {
        try {
            boolean hasMemory =
                    Files.isWritable(MEMORY) && Files.getFileStore(MEMORY).getUsableSpace() >= MEMORY_BYTES_MIN;
            Path parent = hasMemory ? MEMORY : Path.of(System.getProperty("java.io.tmpdir"));
            Path home = Files.createTempDirectory(parent, "plinth-postgres");
            Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
            Path data = Files.createDirectory(home.resolve("data"));
            Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxrwxrwx"));
            return new Pair(home);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts with the first test that needs it. */
    private static final class Shared {
        private static final Pair PAIR = start();

        static {
            Runtime.getRuntime().addShutdownHook(new Thread(PAIR::close));
        }
    }

    public Server primary() {
        return primary;
    }

    public Server standby() {
        return standby;
    }

    /** Crashes the primary and makes the standby the primary. The earlier one is left as it was. */
    public Server failOver() {
        Server earlier = primary;
        earlier.crash();
        standby.promote();
        primary = standby;
        standby = earlier;
        return earlier;
    }

    /** Gives the primary a new standby. It is stopped for a moment. */
    public void addStandby() throws IOException {
        primary.stop();
        standby = Server.createStandby(primary, home.resolve("data/c"));
        primary.start();
        standby.start();
    }

    /** Runs a statement on the primary. */
    public void execute(String sql) {
        try (Connection connection = primary.source().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    /** Returns the first column of the first row that the primary answers. */
    public String query(String sql) {
        try (Connection connection = primary.source().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? String.valueOf(rows.getString(1)) : "";
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    @Override
    public void close() {
        for (Server server : List.of(standby, primary)) {
            if (server.isRunning()) {
                server.crash();
            }
        }
        try (Stream<Path> files = Files.walk(home)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
