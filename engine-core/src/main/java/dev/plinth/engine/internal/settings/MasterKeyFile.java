package dev.plinth.engine.internal.settings;

import dev.plinth.engine.internal.base.Log;
import dev.plinth.engine.internal.base.OwnerOnly;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.base.problem.IoFailure;
import dev.plinth.engine.settings.IdSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The file of the master key that encrypts secrets at rest: 32 bytes that only the file's owner can read. */
public final class MasterKeyFile {
    /** The file's default name in the directory of an engine. */
    public static final String NAME = "secret.key";

    /** The default name of the file with the key that only opens. */
    static final String OTHER_NAME = "secret.other.key";

    private static final System.Logger LOG = Log.of(MasterKeyFile.class);
    private static final boolean POSIX =
            FileSystems.getDefault().supportedFileAttributeViews().contains("posix");

    private MasterKeyFile() {}

    /**
     * Checks that a file can be used as the key or be created, before the engine's directory is created.
     *
     * @throws IllegalStateException if it cannot; one sentence says why and what to do
     */
    static void check(Path file, Path directory) {
        Path above = file.toAbsolutePath().normalize().getParent();
        if (Files.exists(file)) {
            byte[] unused = read(file);
        } else if (above != null
                && !Files.exists(directory)
                && !directory.toAbsolutePath().normalize().equals(above)
                && !Files.isWritable(above)) {
            throw unusable(file, above + " is no directory that this user may write", null);
        }
    }

    /**
     * Returns the key in a file. Makes a new one if the file does not exist.
     *
     * @throws IllegalStateException if the file cannot be used; one sentence says why and what to do
     */
    static byte[] readOrMake(Path file, IdSource random) {
        if (!Files.exists(file)) {
            try {
                make(file, random);
            } catch (FileAlreadyExistsException madeByAnother) {
                LOG.log(System.Logger.Level.DEBUG, "Another engine has made the key file " + file);
            } catch (IOException e) {
                throw unusable(file, IoFailure.reason(e), e);
            }
        }
        warnIfOpenToOthers(file);
        return read(file);
    }

    private static byte[] read(Path file) {
        try {
            byte[] key = Files.readAllBytes(file);
            if (key.length != SecretCipher.KEY_BYTES) {
                throw new IllegalStateException(
                        "The key in " + file + " must have " + SecretCipher.KEY_BYTES + " bytes, got " + key.length
                                + ". Restore the right file, or for a new store make one with: head -c 32 /dev/urandom.");
            }
            return key;
        } catch (IOException e) {
            throw unusable(file, IoFailure.reason(e), e);
        }
    }

    /**
     * Warns and does not refuse, because the operator often cannot choose the modes of secrets that are mounted into a
     * container.
     */
    private static void warnIfOpenToOthers(Path file) {
        Set<PosixFilePermission> permissions = permissions(file);
        if (permissions.contains(PosixFilePermission.OTHERS_READ)
                || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "The key file " + file + " has the mode " + PosixFilePermissions.toString(permissions)
                            + ", so other users can read it and decrypt the store's secrets. Run: chmod 600 " + file);
        }
    }

    /** Returns no permissions if the file system has none or does not tell. */
    private static Set<PosixFilePermission> permissions(Path file) {
        try {
            return POSIX ? Files.getPosixFilePermissions(file) : Set.of();
        } catch (IOException e) {
            return Set.of();
        }
    }

    private static IllegalStateException unusable(Path file, String why, @Nullable IOException cause) {
        return new IllegalStateException(
                "The key file " + file + " cannot be read or made: " + why
                        + ". Check its owner and permissions, and the room on its disk.",
                cause);
    }

    /** Gives a file its name. Unlike a move, a link never replaces the file of another engine. */
    private static void publish(Path temporary, Path file) throws IOException {
        try {
            Path unused = Files.createLink(file, temporary);
        } catch (FileAlreadyExistsException madeByAnother) {
            throw madeByAnother;
        } catch (FileSystemException | UnsupportedOperationException noLinks) {
            Path unused = Files.move(temporary, file);
        }
    }

    /**
     * Makes the file with all its bytes at once, also beside another engine that does so.
     *
     * @throws FileAlreadyExistsException if the file is there already
     */
    private static void make(Path file, IdSource random) throws IOException {
        byte[] key = new byte[SecretCipher.KEY_BYTES];
        random.fillSecret(key);
        Path above = file.toAbsolutePath().getParent();
        Path temporary = Files.createTempFile(above, file.getFileName().toString(), ".tmp", OwnerOnly.file());
        try {
            try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = ByteBuffer.wrap(key);
                while (bytes.hasRemaining()) {
                    int unused = channel.write(bytes);
                }
                channel.force(true);
            }
            publish(temporary, file);
            try (FileChannel directory = FileChannel.open(above, StandardOpenOption.READ)) {
                directory.force(true);
            }
        } finally {
            Files.deleteIfExists(temporary);
        }
    }
}
