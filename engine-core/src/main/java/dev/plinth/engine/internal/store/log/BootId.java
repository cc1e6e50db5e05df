package dev.plinth.engine.internal.store.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Names the boot of the machine. If it is unchanged, the page cache still has everything that was written in between.
 * Linux only.
 */
public final class BootId {
    public static final Path FILE = Path.of("/proc/sys/kernel/random/boot_id");

    private BootId() {}

    /** Returns the id of this boot; empty if the kernel has none. */
    public static String read() {
        try {
            return Files.readString(FILE).trim();
        } catch (IOException e) {
            return "";
        }
    }
}
