package dev.plinth.engine.http.program;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Makes the class data archive of this jar and this JVM, from which a later start takes its classes as they are in
 * memory.
 *
 * <p>It starts the program once in a store of its own, makes a few calls, and lets the JVM write the classes at the
 * end.
 */
final class ClassArchive {
    private static final Pattern KEY = Pattern.compile("sk_live_[0-9A-Za-z]{36}");
    private static final Pattern LISTENING = Pattern.compile("plinth: listening on (http://\\S+)");
    private static final int SECONDS_MAX = 120;
    private static final String FILE = "plinth.jsa";

    private final Path jar;
    private final Path target;

    /** Will make an archive of a jar in a file. */
    ClassArchive(Path jar, Path target) {
        this.jar = jar;
        this.target = target;
    }

    /**
     * Returns the jar of this program.
     *
     * @throws IllegalStateException if it runs from another place
     */
    static Path ownJar() {
        try {
            Path own = Path.of(ClassArchive.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            if (Files.isRegularFile(own)) {
                return own;
            }
        } catch (URISyntaxException elsewhere) {
            throw new IllegalStateException("Expected to run from a jar", elsewhere);
        }
        throw new IllegalStateException("Expected to run from plinth.jar, but the classes are in a folder");
    }

    /** Makes the archive in place of an older one. Returns its size in bytes. */
    long make() {
        try {
            Path work = Files.createTempDirectory(folder(), ".plinth-archive");
            try {
                run(work);
                Path made = work.resolve(FILE);
                if (!Files.exists(made)) {
                    throw new IOException("this JVM wrote no archive; use one with class data sharing");
                }
                Path unused =
                        Files.move(made, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                return Files.size(target);
            } finally {
                delete(work);
            }
        } catch (IOException unable) {
            throw new UncheckedIOException(
                    "The archive " + target + " could not be made (" + unable.getMessage()
                            + "). Correct that; the folder of the file must be one that this user may write.",
                    unable);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Expected to make an archive, but was interrupted", stop);
        }
    }

    private Path folder() {
        Path parent = target.toAbsolutePath().getParent();
        return parent == null ? target.toAbsolutePath() : parent;
    }

    private void run(Path work) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:ArchiveClassesAtExit=" + work.resolve(FILE),
                        "-Xshare:auto",
                        "-Xlog:disable",
                        "-jar",
                        jar.toString(),
                        "serve",
                        "--port=0",
                        "--max-resources=1000",
                        "--data=" + work.resolve("data"))
                .redirectError(work.resolve("err").toFile());
        // Settings and options of this process would start another program than the one that is archived.
        builder.environment()
                .keySet()
                .removeIf(name -> name.startsWith("PLINTH_") || name.matches("JAVA_TOOL_OPTIONS|JDK_JAVA_OPTIONS"));
        Process server = builder.start();
        try (BufferedReader lines = server.inputReader()) {
            // A signal skips what is below. The program would serve on for ever.
            Runtime.getRuntime().addShutdownHook(new Thread(() -> end(server), "plinth-archive-end"));
            String key = "";
            boolean serves = false;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Matcher shown = KEY.matcher(line);
                key = shown.find() ? shown.group() : key;
                Matcher listening = LISTENING.matcher(line);
                if (listening.matches()) {
                    serves = true;
                    call(URI.create(listening.group(1)), key);
                    break;
                }
            }
            if (!serves) {
                throw new IOException("the program did not start: "
                        + Files.readString(work.resolve("err"))
                                .lines()
                                .findFirst()
                                .orElse("no reason"));
            }
            server.destroy();
            if (!server.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
                throw new IOException("the program did not end within " + SECONDS_MAX + " s");
            }
        } finally {
            Process unused = server.destroyForcibly();
        }
    }

    /** Ends a program and waits for its end, because no other process may be there for that afterwards. */
    private static void end(Process program) {
        try {
            boolean unused = program.destroyForcibly().waitFor(SECONDS_MAX, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Makes calls, so that the archive has the classes of the way of a request too. */
    private static void call(URI where, String key) throws IOException {
        String body = "{\"name\":\"first\"}";
        for (String line : List.of("POST /v1/resources", "GET /v1/resources", "GET /v1/events", "GET /")) {
            try (Socket socket = new Socket(InetAddress.getByName(where.getHost()), where.getPort())) {
                socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(SECONDS_MAX));
                String request = line + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer "
                        + key + "\r\nIdempotency-Key: a\r\nAccept-Encoding: gzip\r\n"
                        + (line.startsWith("POST") ? "Content-Length: " + body.length() + "\r\n\r\n" + body : "\r\n");
                socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
                byte[] unused = socket.getInputStream().readAllBytes();
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        List<Path> all;
        try (Stream<Path> files = Files.walk(folder)) {
            all = files.sorted((one, other) -> other.compareTo(one)).toList();
        }
        for (Path file : all) {
            Files.delete(file);
        }
    }
}
