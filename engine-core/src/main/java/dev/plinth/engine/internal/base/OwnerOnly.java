package dev.plinth.engine.internal.base;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/** Gives files and directories to their owner alone, whatever the umask is. Elsewhere than on POSIX it does nothing. */
public final class OwnerOnly {
    private static final boolean POSIX =
            FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
    private static final String FILE = "rw-------";

    private OwnerOnly() {}

    /** Returns the attributes of a new file. */
    public static FileAttribute<?>[] file() {
        return attributes(FILE);
    }

    /** Returns the attributes of a new directory. */
    public static FileAttribute<?>[] directory() {
        return attributes("rwx------");
    }

    /**
     * Closes a file to others that a library has made by the umask.
     *
     * @throws IOException if its permissions cannot be changed
     */
    public static void close(Path file) throws IOException {
        if (POSIX) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(FILE));
        }
    }

    private static FileAttribute<?>[] attributes(String permissions) {
        return POSIX
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }
}
