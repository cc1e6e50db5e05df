package dev.plinth.engine.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Servers of others, each on a free port of loopback, with its data in a directory of its own. */
final class Servers {
    private static final int START_ATTEMPTS = 600;
    private static final String LOOPBACK = "127.0.0.1";

    private Servers() {}

    /** A running server. */
    record Running(Process process, int port) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            process.destroy();
            try {
                if (!process.waitFor(1, TimeUnit.MINUTES)) {
                    throw new IOException("Expected " + process + " to end within a minute, but it runs");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Starts Redis without files, as a fast cache. */
    static Running redis(Path directory) throws IOException, InterruptedException {
        int port = freePort();
        return start(
                port,
                directory,
                List.of(
                        "redis-server",
                        "--bind",
                        LOOPBACK,
                        "--port",
                        String.valueOf(port),
                        "--save",
                        "",
                        "--appendonly",
                        "no",
                        "--dir",
                        directory.toString()));
    }

    /**
     * Starts PostgreSQL, configured as its manual recommends for a machine with memory and a load of short
     * transactions.
     */
    static Running postgres(Path directory, String synchronousCommit) throws IOException, InterruptedException {
        return postgres(
                directory,
                initialized(directory),
                List.of("synchronous_commit=" + synchronousCommit, "wal_level=minimal", "max_wal_senders=0"));
    }

    /** A primary and its synchronous standby. */
    record Pair(Running primary, Running standby) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            primary.close();
            standby.close();
        }
    }

    /** Starts PostgreSQL with a synchronous standby, configured like one without. */
    static Pair replicated(Path directory) throws IOException, InterruptedException {
        List<String> settings =
                List.of("synchronous_commit=on", "synchronous_standby_names=ANY 1 (standby)", "cluster_name=standby");
        Running primary = postgres(directory, initialized(directory), settings);
        Path copy = directory.resolve("standby");
        List<String> copying = unprivileged(directory);
        copying.addAll(List.of(
                postgresBin().resolve("pg_basebackup").toString(),
                "--host=" + LOOPBACK,
                "--port=" + primary.port(),
                "--username=bench",
                "--write-recovery-conf",
                "--checkpoint=fast",
                "--pgdata=" + copy));
        run(copying);
        return new Pair(primary, postgres(directory, copy, settings));
    }

    /** Returns an empty database. */
    private static Path initialized(Path directory) throws IOException, InterruptedException {
        Path data = directory.resolve("pg");
        List<String> initialize = unprivileged(directory);
        initialize.addAll(List.of(
                postgresBin().resolve("initdb").toString(),
                "--auth=trust",
                "--username=bench",
                "--encoding=UTF8",
                "--locale=C",
                "--pgdata=" + data));
        run(initialize);
        return data;
    }

    /** Returns what runs a program as a user that PostgreSQL accepts; it refuses to run as root. */
    private static List<String> unprivileged(Path directory) throws IOException, InterruptedException {
        if (!"root".equals(System.getProperty("user.name"))) {
            return new ArrayList<>();
        }
        run(List.of("chown", "postgres", directory.toString()));
        return new ArrayList<>(List.of("setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"));
    }

    private static Running postgres(Path directory, Path data, List<String> settings)
            throws IOException, InterruptedException {
        int port = freePort();
        List<String> command = unprivileged(directory);
        command.addAll(List.of(
                postgresBin().resolve("postgres").toString(), "-D", data.toString(), "-p", String.valueOf(port)));
        List<String> all = new ArrayList<>(List.of(
                "listen_addresses=" + LOOPBACK,
                "unix_socket_directories=",
                "shared_buffers=1GB",
                "effective_cache_size=8GB",
                "wal_buffers=64MB",
                "min_wal_size=1GB",
                "max_wal_size=8GB",
                "checkpoint_timeout=15min",
                "checkpoint_completion_target=0.9",
                "random_page_cost=1.1",
                "max_connections=100"));
        all.addAll(settings);
        for (String setting : all) {
            command.addAll(List.of("-c", setting));
        }
        return start(port, directory, command);
    }

    private static Path postgresBin() throws IOException {
        Path versions = Path.of("/usr/lib/postgresql");
        if (!Files.isDirectory(versions)) {
            throw new IOException("Expected PostgreSQL below " + versions + ", but it is not installed");
        }
        try (Stream<Path> found = Files.list(versions)) {
            return found.map(version -> version.resolve("bin"))
                    .filter(bin -> Files.isExecutable(bin.resolve("postgres")))
                    .max(Path::compareTo)
                    .orElseThrow(() -> new IOException("Expected a postgres below " + versions + ", but found none"));
        }
    }

    private static void run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        int status = process.waitFor();
        if (status != 0) {
            throw new IOException("Expected " + command + " to succeed, but it exited with " + status);
        }
    }

    private static Running start(int port, Path directory, List<String> command)
            throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("server.log").toFile())
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
        for (int i = 0; i < START_ATTEMPTS && process.isAlive(); i++) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(LOOPBACK, port), 100);
                return new Running(process, port);
            } catch (IOException notYet) {
                Thread.sleep(50);
            }
        }
        process.destroy();
        throw new IOException("Expected " + command.get(0) + " to listen on " + port + ", but it does not: "
                + Files.readString(directory.resolve("server.log")));
    }

    /** Returns a port that was free a moment ago. */
    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(LOOPBACK))) {
            return socket.getLocalPort();
        }
    }
}
