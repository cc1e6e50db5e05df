package dev.plinth.engine.internal.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Tells whether the machine was started again: as long as it was not, the page cache has all that was written. Linux only. */
final class BootId {
    static final Path FILE = Path.of("/proc/sys/kernel/random/boot_id");

    private BootId() {}

    /** The id of this boot; empty if the kernel tells none. */
    static String read() {
        try {
            return Files.readString(FILE).trim();
        } catch (IOException e) {
            return "";
        }
    }
}
