package dev.plinth.engine.internal.base;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/** The open files and sockets that the system still grants to the process. Thread-safe. */
public final class FileDescriptors {
    /** The journal's next segment, a snapshot and a delivery of a webhook need no more at once. */
    private static final int LEAST = 8;

    private static final File ANY = new File("/dev/null");

    private FileDescriptors() {}

    private static boolean areScarce() {
        if (!ANY.exists()) {
            return false;
        }
        Deque<FileInputStream> opened = new ArrayDeque<>();
        try {
            while (opened.size() < LEAST) {
                opened.add(new FileInputStream(ANY));
            }
            return false;
        } catch (IOException none) {
            return true;
        } finally {
            opened.forEach(FileDescriptors::close);
        }
    }

    private static void close(FileInputStream file) {
        try {
            file.close();
        } catch (IOException e) {
            throw new IllegalStateException("Expected to close " + ANY + ", but could not", e);
        }
    }

    /**
     * Returns a sentence if the process cannot open some more files now, with what to do. It tries, because a count would
     * need a descriptor too. Takes some microseconds. Returns nothing where there is no {@code /dev/null}.
     */
    public static Optional<String> scarcity() {
        return areScarce()
                ? Optional.of("The process has fewer than " + LEAST
                        + " file descriptors left. Raise its limit (ulimit -n), or close what the host keeps open.")
                : Optional.empty();
    }
}
