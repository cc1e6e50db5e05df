package dev.plinth.engine.internal.store.tool;

import dev.plinth.engine.internal.store.log.Checksum;
import dev.plinth.engine.internal.store.log.Segment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** The snapshots and segments of the golden directories of format 1, with short segments. */
final class Format1Files {
    private static final Path GOLDEN = Path.of("../engine-http-adapter/src/test/resources/golden");
    private static final int BYTES_AT = 32;
    private static final int CRC_AT = 36;
    private static final int ZEROS_BEHIND = 4096;

    private Format1Files() {}

    /** Returns the zip files of these directories. */
    static List<Path> zips() throws IOException {
        try (Stream<Path> all = Files.list(GOLDEN)) {
            return all.filter(zip -> zip.getFileName().toString().startsWith("format-1-"))
                    .sorted()
                    .toList();
        }
    }

    /** Returns the files of one directory by their names. */
    static Map<String, byte[]> of(Path zip) throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        try (ZipFile file = new ZipFile(zip.toFile())) {
            for (ZipEntry entry : file.stream().toList()) {
                String name = entry.getName().substring(entry.getName().lastIndexOf('/') + 1);
                byte[] bytes = file.getInputStream(entry).readAllBytes();
                if (Segment.numberOf(name) > 0) {
                    files.put(name, shortened(bytes));
                } else if (name.startsWith("snapshot-")) {
                    files.put(name, bytes);
                }
            }
        }
        return files;
    }

    /** A segment of 64 MB would be copied at each step of a test, so its header gets a smaller length. */
    private static byte[] shortened(byte[] begun) {
        byte[] segment = Arrays.copyOf(begun, begun.length + ZEROS_BEHIND);
        ByteBuffer header = ByteBuffer.wrap(segment);
        header.putInt(BYTES_AT, segment.length);
        header.putInt(CRC_AT, Checksum.of(header, 0, CRC_AT));
        return segment;
    }
}
