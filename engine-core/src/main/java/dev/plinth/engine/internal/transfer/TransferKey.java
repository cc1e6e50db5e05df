package dev.plinth.engine.internal.transfer;

import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.base.problem.IoFailure;
import dev.plinth.engine.settings.IdSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads the key that encrypts an exported file. */
final class TransferKey {
    private TransferKey() {}

    /**
     * Returns a cipher with the key in a file.
     *
     * @throws IllegalStateException if it cannot be used; one sentence says why and what to do
     */
    static SecretCipher read(Path file, IdSource random) {
        byte[] key;
        try {
            key = Files.readAllBytes(file);
        } catch (IOException e) {
            throw new IllegalStateException(
                    "The key file " + file + " cannot be read: "
                            + IoFailure.reason(e)
                            + ". Name the key of the export, or make one with: head -c " + SecretCipher.KEY_BYTES
                            + " /dev/urandom.",
                    e);
        }
        if (key.length != SecretCipher.KEY_BYTES) {
            throw new IllegalStateException("The key in " + file + " must have " + SecretCipher.KEY_BYTES
                    + " bytes, got " + key.length + ". Name the key of the export, or make one with: head -c "
                    + SecretCipher.KEY_BYTES + " /dev/urandom.");
        }
        return new SecretCipher(key, random);
    }
}
