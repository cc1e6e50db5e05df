package dev.plinth.engine.http.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/** The mode of a file with a private key, which only its owner should be able to read. */
public final class KeyFileMode {
    private KeyFileMode() {}

    /** Returns the mode, such as {@code rw-r--r--}, if users other than owner and group can read or write the file. */
    public static Optional<String> openToOthers(Path file) {
        try {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
            return permissions.contains(PosixFilePermission.OTHERS_READ)
                            || permissions.contains(PosixFilePermission.OTHERS_WRITE)
                    ? Optional.of(PosixFilePermissions.toString(permissions))
                    : Optional.empty();
        } catch (IOException | UnsupportedOperationException withoutModes) {
            return Optional.empty();
        }
    }
}
