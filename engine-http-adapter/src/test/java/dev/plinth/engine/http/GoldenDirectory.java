package dev.plinth.engine.http;

import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.WorkspaceImport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * A data directory that a release has left, in a zip file with the calls that its store must answer. Each file is kept
 * without the zeros at its end; its name in the zip begins with its length.
 *
 * <p>{@link #main} makes one: {@code GoldenDirectory plinth.jar closed|killed FILE.zip [PROGRAM…]}. The program serves
 * with small snapshots, or otherwise than the jar by itself.
 */
final class GoldenDirectory {
    private static final String CALLS = "calls.json";
    private static final String VERSIONS = "versions.txt";
    private static final String DATA = "data/";
    private static final String EXPORT = "export";
    private static final String EXPORT_KEY = "export.key";

    private static final int KEY_BYTES = 32;

    private GoldenDirectory() {}

    /** Makes a golden directory with the program of a release. */
    public static void main(String... arguments) throws Exception {
        Path jar = Path.of(arguments[0]);
        boolean isKilled = arguments[1].equals("killed");
        Path work = Files.createTempDirectory("golden");
        Path data = work.resolve("data");
        List<GoldenScenario.Call> calls;
        List<String> program = new ArrayList<>(Arrays.asList(arguments).subList(3, arguments.length));
        if (program.isEmpty()) {
            program.addAll(List.of("-jar", jar.toString(), "serve"));
        }
        program.addAll(List.of(
                "--data=" + data,
                "--port=0",
                "--tables=heap",
                "--webhook-allow=127.0.0.0/8",
                "--request-log-bytes=" + GoldenAnswers.REQUEST_LOG_BYTES,
                "--admin-token=" + GoldenScenario.ADMIN_TOKEN));
        try (ServedProcess served = new ServedProcess(work.resolve("err"), program.toArray(String[]::new))) {
            calls = GoldenScenario.run(served.base());
            if (isKilled) {
                served.kill();
            } else {
                served.stop();
            }
        }
        pack(data, calls, jar, Path.of(arguments[2]));
    }

    /** Packs the directory as it was left, and then an export of its first workspace. */
    private static void pack(Path data, List<GoldenScenario.Call> calls, Path jar, Path zip) throws Exception {
        String versions = StoredVersions.ofProgram(jar);
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
            List<Map<String, Object>> all =
                    calls.stream().map(GoldenScenario.Call::toMap).toList();
            put(out, CALLS, Json.of(Map.of("calls", all)).toString().getBytes(StandardCharsets.UTF_8));
            put(out, VERSIONS, versions.getBytes(StandardCharsets.UTF_8));
            try (Stream<Path> files = Files.walk(data)) {
                for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                    byte[] bytes = Files.readAllBytes(file);
                    int end = bytes.length;
                    while (end > 0 && bytes[end - 1] == 0) {
                        end--;
                    }
                    put(out, DATA + bytes.length + "/" + data.relativize(file), Arrays.copyOf(bytes, end));
                }
            }
            Path export = data.resolveSibling(EXPORT);
            Path key = Files.write(data.resolveSibling(EXPORT_KEY), new byte[KEY_BYTES]);
            Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
            export(jar, data, GoldenScenario.workspace(calls), export, key);
            put(out, EXPORT, Files.readAllBytes(export));
            put(out, EXPORT_KEY, Files.readAllBytes(key));
        }
    }

    private static void export(Path jar, Path data, String workspace, Path file, Path key)
            throws IOException, InterruptedException {
        Process process = ServedProcess.builder(
                        "-jar",
                        jar.toString(),
                        "export",
                        "--tables=heap",
                        "--data=" + data,
                        "--workspace=" + workspace,
                        "--out=" + file,
                        "--key=" + key)
                .inheritIO()
                .start();
        if (process.waitFor() != 0) {
            throw new AssertionError(
                    "Expected an export of " + workspace + ", but it ended with " + process.exitValue());
        }
    }

    /** Returns true if a golden directory has an export of its first workspace. */
    static boolean hasExport(Path zip) throws IOException {
        try (ZipFile file = new ZipFile(zip.toFile())) {
            return file.getEntry(EXPORT) != null;
        }
    }

    /** Puts the export of a golden directory and its key beside each other. Returns how to import it. */
    static WorkspaceImport unpackExport(Path zip, Path target) throws IOException {
        Path file = Files.write(target.resolve(EXPORT), read(zip, EXPORT));
        Path key = Files.write(target.resolve(EXPORT_KEY), read(zip, EXPORT_KEY));
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        return WorkspaceImport.of(file, key);
    }

    private static void put(ZipOutputStream out, String name, byte[] bytes) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        entry.setTime(0);
        out.putNextEntry(entry);
        out.write(bytes);
        out.closeEntry();
    }

    /** Returns the versions of all formats when a golden directory was made. */
    static String versions(Path zip) throws IOException {
        return new String(read(zip, VERSIONS), StandardCharsets.UTF_8);
    }

    /** Returns the calls that the store of a golden directory must answer. */
    static List<GoldenScenario.Call> calls(Path zip) throws IOException {
        List<GoldenScenario.Call> calls = new ArrayList<>();
        Json all = Json.of(new String(read(zip, CALLS), StandardCharsets.UTF_8));
        for (Object call : (List<?>) Objects.requireNonNull(all.asMap().get("calls"))) {
            calls.add(GoldenScenario.Call.of((Map<?, ?>) call));
        }
        return calls;
    }

    private static byte[] read(Path zip, String name) throws IOException {
        try (ZipFile file = new ZipFile(zip.toFile())) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            file.getInputStream(file.getEntry(name)).transferTo(bytes);
            return bytes.toByteArray();
        }
    }

    /** Puts the files of a golden directory into a new one, each in its full length. */
    static void unpack(Path zip, Path target) throws IOException {
        Files.createDirectories(target);
        try (ZipFile file = new ZipFile(zip.toFile())) {
            for (ZipEntry entry : file.stream().toList()) {
                if (!entry.getName().startsWith(DATA)) {
                    continue;
                }
                String[] parts = entry.getName().substring(DATA.length()).split("/", 2);
                Path to = target.resolve(parts[1]);
                Files.createDirectories(to.getParent());
                Files.write(to, file.getInputStream(entry).readAllBytes());
                try (RandomAccessFile sized = new RandomAccessFile(to.toFile(), "rw")) {
                    sized.setLength(Long.parseLong(parts[0]));
                }
            }
        }
    }
}
