package dev.plinth.engine.log.postgres.server;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.postgresql.ds.PGSimpleDataSource;

/** A server of PostgreSQL with its directory. A server refuses to run as root, so it runs as another user there. */
public final class Server {
    private static final String USER = "plinth";
    private static final String UNPRIVILEGED = "nobody";

    private final Path programs;
    private final Path home;
    private final int port;

    private Server(Path programs, Path home) throws IOException {
        this.programs = programs;
        this.home = home;
        this.port = FreePorts.find();
    }

    /** Makes a server with an empty database. */
    public static Server create(Path programs, Path home) throws IOException {
        Server server = new Server(programs, home);
        server.program("initdb", "-A", "trust", "-U", USER, "-E", "UTF8", "--locale=C", "-N");
        server.configure(
                "port = " + server.port,
                "listen_addresses = '127.0.0.1'",
                "unix_socket_directories = ''",
                "shared_buffers = 16MB",
                "wal_keep_size = 512MB",
                "autovacuum = off",
                "wal_level = logical",
                "wal_receiver_timeout = 2s",
                "wal_retrieve_retry_interval = 100ms");
        return server;
    }

    /** Makes a standby of a server that is not running. */
    public static Server createStandby(Server primary, Path home) throws IOException {
        Server server = new Server(primary.programs, home);
        run(command("cp", "-a", primary.home.toString(), home.toString()));
        run(command("touch", home.resolve("standby.signal").toString()));
        server.configure("port = " + server.port);
        server.follow(primary);
        return server;
    }

    /** Makes it a standby of another server at its next start. */
    public void follow(Server primary) throws IOException {
        run(command("touch", home.resolve("standby.signal").toString()));
        follow(primary.port);
    }

    /** Makes a standby follow by way of a port, at which a proxy may be, from its next start or {@link #reload} on. */
    public void follow(int port) throws IOException {
        configure("primary_conninfo = 'host=127.0.0.1 port=" + port + " user=" + USER + " application_name=standby'");
    }

    /** Adds lines to the configuration. Later lines win. */
    public void configure(String... lines) throws IOException {
        Files.write(home.resolve("postgresql.conf"), Arrays.asList(lines), StandardOpenOption.APPEND);
    }

    /** Gives it a certificate of its own and lets it speak TLS, from its next start or {@link #reload} on. */
    public void speakTls() throws IOException {
        Path made = Files.createTempDirectory("plinth-postgres-tls");
        try {
            Certificate.make(made);
            Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwxr-xr-x"));
            for (String name : List.of(Certificate.CERTIFICATE, Certificate.KEY)) {
                run(command("cp", made.resolve(name).toString(), home.toString()));
                run(command("chmod", "600", home.resolve(name).toString()));
            }
        } finally {
            try (Stream<Path> files = Files.list(made)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(made);
        }
        configure("ssl = on");
    }

    public void start() {
        program("pg_ctl", "-w", "-l", home + ".log", "start");
    }

    public void stop() {
        program("pg_ctl", "-w", "-m", "fast", "stop");
    }

    /** Stops it as a crash would. */
    public void crash() {
        program("pg_ctl", "-w", "-m", "immediate", "stop");
    }

    public void reload() {
        program("pg_ctl", "reload");
    }

    public void promote() {
        program("pg_ctl", "-w", "promote");
    }

    /** Returns what it has logged since it was made. */
    public String log() throws IOException {
        return Files.readString(Path.of(home + ".log"), StandardCharsets.UTF_8);
    }

    public boolean isRunning() {
        return Files.exists(home.resolve("postmaster.pid"));
    }

    public int port() {
        return port;
    }

    /** Returns a source of connections to this server. */
    public PGSimpleDataSource source() {
        return source(port);
    }

    /** Returns a source of connections to a port, at which a proxy may be. */
    public static PGSimpleDataSource source(int port) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setServerNames(new String[] {"127.0.0.1"});
        source.setPortNumbers(new int[] {port});
        source.setUser(USER);
        source.setDatabaseName("postgres");
        source.setSslMode("disable");
        source.setConnectTimeout(2);
        return source;
    }

    private void program(String name, String... arguments) {
        List<String> all = new ArrayList<>(List.of(programs.resolve(name).toString(), "-D", home.toString()));
        all.addAll(List.of(arguments));
        run(command(all.toArray(String[]::new)));
    }

    /** Returns a command of the user who runs servers. */
    private static List<String> command(String... words) {
        List<String> command = new ArrayList<>();
        if (System.getProperty("user.name").equals("root")) {
            command.addAll(List.of("runuser", "-u", UNPRIVILEGED, "--"));
        }
        command.addAll(List.of(words));
        return command;
    }

    private static void run(List<String> command) {
        try {
            Path output = Files.createTempFile("plinth-postgres", ".out");
            Process process = new ProcessBuilder(command)
                    .directory(Path.of("/").toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            int status = process.waitFor();
            String text = Files.readString(output, StandardCharsets.UTF_8);
            Files.delete(output);
            if (status != 0) {
                throw new IOException(command + " ended with status " + status + ": " + text);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new InterruptedIOException(command + " was interrupted"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
