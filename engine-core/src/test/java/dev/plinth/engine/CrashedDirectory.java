package dev.plinth.engine;

import dev.plinth.engine.internal.settings.MasterKeyFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The directory of an engine as a crash might have left it: with all that came before a moment, and a part of what came after. All of that
 * has to go into one segment.
 */
final class CrashedDirectory {
    private static final int SEGMENT_BYTES = 8 * 1024 * 1024;
    private static final int PARTS_SHORT = 3;

    private final Path directory;
    private final long before;
    private byte[] journal = {};

    private CrashedDirectory(Path directory, long before) {
        this.directory = directory;
        this.before = before;
    }

    /** Lets an engine keep its files in a directory, in segments that are long enough for a test. */
    static void keepIn(Path directory, EngineBuilder builder) {
        builder.directory(directory).files(SEGMENT_BYTES, Long.MAX_VALUE);
    }

    /** Begins a time whose writes may be lost. */
    static CrashedDirectory begin(Path directory) throws IOException {
        return new CrashedDirectory(directory, used(Files.readAllBytes(segment(directory))));
    }

    /** Begins a time whose writes are lost. */
    void end() throws IOException {
        journal = Files.readAllBytes(segment(directory));
    }

    /** Copies the directory with that part of what was written in between: 0 is nothing of it, and 1 is all. */
    Path cut(double part, Path copy) throws IOException {
        byte[] kept = journal.clone();
        long end = before + (long) ((used(journal) - before) * part);
        Arrays.fill(kept, (int) end, kept.length, (byte) 0);
        Files.createDirectories(copy);
        Files.write(copy.resolve(segment(directory).getFileName()), kept);
        try (Stream<Path> files = Files.list(directory)) {
            for (Path key :
                    files.filter(file -> file.endsWith(MasterKeyFile.NAME)).toList()) {
                Files.copy(key, copy.resolve(key.getFileName()));
            }
        }
        return copy;
    }

    /** A check of what a crash left, given the part that was written. */
    interface Check {
        void of(double part) throws IOException;
    }

    /** Checks so many parts, evenly from nothing to all; a short run draws some of them. A failure names its part. */
    static void checkParts(int parts, Check check) throws IOException {
        List<Integer> drawn = new ArrayList<>(IntStream.range(1, parts).boxed().toList());
        Collections.shuffle(drawn, new Random(TestScale.seed()));
        for (int number : drawn.subList(0, TestScale.count(Math.min(PARTS_SHORT, parts - 1), parts - 1, parts - 1))) {
            double part = (double) number / parts;
            try {
                check.of(part);
            } catch (AssertionError e) {
                throw new AssertionError("With the part " + part + " of what was written", e);
            }
        }
    }

    private static long used(byte[] bytes) {
        int end = bytes.length;
        while (end > 0 && bytes[end - 1] == 0) {
            end--;
        }
        return end;
    }

    private static Path segment(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().matches("journal-\\d+"))
                    .max(Path::compareTo)
                    .orElseThrow();
        }
    }
}
