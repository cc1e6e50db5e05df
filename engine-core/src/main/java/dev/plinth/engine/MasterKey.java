package dev.plinth.engine;

import dev.plinth.engine.internal.access.Access;
import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Outcome;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.pipeline.Commits;
import dev.plinth.engine.internal.store.Store;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds the master key of an engine: the one in its file, or a random one if there is no directory. A store with a
 * directory remembers from its first start a value that only its key decrypts. With another key no webhook could be
 * signed, so the engine does not open.
 */
final class MasterKey {
    private static final byte[] OWNER = "key check".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NOTHING = {};

    private MasterKey() {}

    /**
     * Returns the key.
     *
     * @throws IllegalStateException if its file cannot be used, or is gone; one sentence says why and what to do
     */
    static byte[] find(EngineConfig config, Store store) {
        Optional<Path> file = file(config);
        if (file.isEmpty()) {
            byte[] key = new byte[SecretCipher.KEY_BYTES];
            config.ids().fillSecret(key);
            return key;
        }
        if (Access.rememberedKeyCheck(store.viewToAct()) != null) {
            requireFile(file.get());
        }
        return MasterKeyFile.readOrMake(file.get(), config.ids());
    }

    /**
     * Checks that the store's secrets are encrypted with this key.
     *
     * @throws IllegalStateException if they are encrypted with another one; one sentence says so and what to do
     */
    static void check(EngineConfig config, Store store, Commits commits, SecretCipher cipher) {
        if (!config.isDurable()) {
            return;
        }
        byte[] sealed = Access.rememberedKeyCheck(store.viewToAct());
        if (sealed == null) {
            // If the store takes no change now, the next start remembers the value.
            Outcome unused = commits.commit(Caller.OPERATOR, Access.rememberKeyCheck(cipher.seal(NOTHING, OWNER)));
            return;
        }
        checkOpens(config, cipher, sealed);
    }

    /**
     * Checks the key of a node that does not lead yet.
     *
     * @param sealed the value that the store remembers; null if it does not yet
     * @throws IllegalStateException if the file of the key is gone or has another key; one sentence says what to do
     */
    static void checkFits(EngineConfig config, byte @Nullable [] sealed) {
        if (sealed == null) {
            return;
        }
        Path file = file(config).orElseThrow();
        requireFile(file);
        checkOpens(config, new SecretCipher(MasterKeyFile.readOrMake(file, config.ids()), config.ids()), sealed);
    }

    /** Returns the key that all nodes of a log share. Empty if it is not in a file, or the file is not there yet. */
    static Optional<byte[]> shared(EngineConfig config) {
        return file(config).filter(Files::exists).map(path -> MasterKeyFile.readOrMake(path, config.ids()));
    }

    private static void checkOpens(EngineConfig config, SecretCipher cipher, byte[] sealed) {
        try {
            byte[] unused = cipher.open(sealed, OWNER);
        } catch (IllegalStateException e) {
            throw new IllegalStateException(
                    "The file " + file(config).orElseThrow()
                            + " holds another key than the one that seals the secrets of this store. Restore the right file, or name it with --secret-key-file or EngineBuilder.secretKeyFile.",
                    e);
        }
    }

    private static void requireFile(Path file) {
        if (!Files.exists(file)) {
            throw new IllegalStateException("The key that seals the secrets of this store is missing: there is no file "
                    + file + ". Restore it, or name its place with --secret-key-file or EngineBuilder.secretKeyFile.");
        }
    }

    private static Optional<Path> file(EngineConfig config) {
        return config.secretKeyFile()
                .or(() -> config.directory().map(directory -> directory.resolve(MasterKeyFile.NAME)));
    }
}
