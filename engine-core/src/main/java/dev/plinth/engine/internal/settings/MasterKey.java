package dev.plinth.engine.internal.settings;

import dev.plinth.engine.internal.access.Access;
import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Log;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.idempotency.Idempotency;
import dev.plinth.engine.internal.pipeline.Commits;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.internal.timer.SweepBatch;
import dev.plinth.engine.internal.timer.SweepWork;
import dev.plinth.engine.internal.webhook.Endpoints;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Finds the master key of an engine: the one in its file, or a random one if there is no directory. A store with a
 * directory remembers from its first start a value that only its key decrypts. With another key no webhook could be
 * signed, so the engine does not open.
 */
public final class MasterKey {
    private static final byte[] OWNER = "key check".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NOTHING = {};

    private static final System.Logger LOG = Log.of(MasterKey.class);

    private MasterKey() {}

    /**
     * Returns a cipher with the key, and with the one that only opens if there is one.
     *
     * @throws IllegalStateException if its file cannot be used, or is gone; one sentence says why and what to do
     */
    public static SecretCipher find(EngineConfig config, Store store) {
        Optional<Path> file = file(config);
        if (file.isEmpty()) {
            byte[] key = new byte[SecretCipher.KEY_BYTES];
            config.ids().fillSecret(key);
            return new SecretCipher(key, config.ids());
        }
        if (Access.rememberedKeyCheck(store.viewToAct()) != null) {
            requireFile(file.get());
        }
        return new SecretCipher(keys(config, file.get()), config.ids());
    }

    private static List<byte[]> keys(EngineConfig config, Path file) {
        List<byte[]> keys = new ArrayList<>();
        keys.add(MasterKeyFile.readOrMake(file, config.ids()));
        otherFile(config)
                .filter(Files::exists)
                .ifPresent(other -> keys.add(MasterKeyFile.readOrMake(other, config.ids())));
        return keys;
    }

    /**
     * Reads the files again. If they have other keys than before, the engine goes on with these.
     *
     * @return true if so
     * @throws IllegalStateException if they do not open the secrets of the store; then it goes on with the keys from before
     */
    public static boolean findAgain(EngineConfig config, Store store, Commits commits, SecretCipher cipher) {
        if (file(config).isEmpty()) {
            return false;
        }
        SecretCipher read = find(config, store);
        if (read.hasKeysOf(cipher)) {
            return false;
        }
        check(config, store, commits, read);
        cipher.takeKeys(read);
        return true;
    }

    /**
     * Checks that the store's secrets are encrypted with this key.
     *
     * @throws IllegalStateException if they are encrypted with another one; one sentence says so and what to do
     */
    public static void check(EngineConfig config, Store store, Commits commits, SecretCipher cipher) {
        if (!config.isDurable()) {
            return;
        }
        Rows rows = store.viewToAct();
        byte[] sealed = Access.rememberedKeyCheck(rows);
        if (sealed == null) {
            // If the store takes no change now, the next start remembers the value.
            Outcome unused = commits.commit(Caller.OPERATOR, Access.rememberKeyCheck(cipher.seal(NOTHING, OWNER)));
            return;
        }
        checkOpens(config, cipher, sealed);
        byte[] next = Access.rememberedNextKeyCheck(rows);
        if (next != null) {
            checkOpens(config, cipher, next);
        }
        if (!cipher.isSealedByFirst(sealed, OWNER) && next == null) {
            begin(commits, cipher);
        }
    }

    /** Remembers that secrets are sealed with another key from now on, before any is. */
    private static void begin(Commits commits, SecretCipher cipher) {
        Outcome outcome = commits.commit(Caller.OPERATOR, Access.rememberNextKeyCheck(cipher.seal(NOTHING, OWNER)));
        if (outcome instanceof Outcome.Refused refused) {
            throw new IllegalStateException("The store takes no change, so it cannot begin with another key: "
                    + refused.refusal().detail());
        }
    }

    /**
     * Returns how many rows have secrets that another key has sealed than the one that seals. It is 1 more until the store
     * has forgotten that key durably. At 0 the store opens with the one that seals alone, also after a kill.
     */
    public static long left(Store store, SecretCipher cipher) {
        return store.look(rows -> {
            byte[] sealed = Access.rememberedKeyCheck(rows);
            // It is read first, so the view has seen no younger record. It is renewed last, so all others are durable
            // with it.
            boolean isDurable = rows.highest() <= store.committed();
            boolean isLeft = sealed != null && !(isDurable && isRenewed(rows, sealed, cipher));
            return ofOtherKeys(rows, cipher) + (isLeft ? 1 : 0);
        });
    }

    private static boolean isRenewed(Rows rows, byte[] sealed, SecretCipher cipher) {
        return Access.rememberedNextKeyCheck(rows) == null && SecretCipher.keyIdOf(sealed) == cipher.keyId();
    }

    private static long ofOtherKeys(Rows rows, SecretCipher cipher) {
        return Endpoints.ofOtherKeys(rows, cipher) + Idempotency.ofOtherKeys(rows, cipher);
    }

    /** Returns the work of the sweep that ends a rotation, once all secrets are sealed with one key. */
    static SweepWork renewal(SecretCipher cipher) {
        return new Renewal(cipher);
    }

    private record Renewal(SecretCipher cipher) implements SweepWork {
        @Override
        public String name() {
            return "key checks";
        }

        @Override
        public long nextDueMillis(Rows rows) {
            return isDue(rows) ? 0 : NEVER;
        }

        private boolean isDue(Rows rows) {
            byte[] sealed = Access.rememberedKeyCheck(rows);
            return sealed != null && !isRenewed(rows, sealed, cipher) && ofOtherKeys(rows, cipher) == 0;
        }

        @Override
        public void collect(Context context, long nowMillis, SweepBatch batch) {
            if (isDue(context.rows())) {
                Access.renewKeyCheck(context.rows(), cipher.seal(NOTHING, OWNER), batch);
            }
        }

        @Override
        public void done() {
            LOG.log(
                    System.Logger.Level.INFO,
                    "All secrets are sealed with the present key. No other key is needed once this is in all backups"
                            + " that are kept.");
        }
    }

    /**
     * Checks the keys of a node that does not lead yet.
     *
     * @throws IllegalStateException if the file of the key is gone or has another key; one sentence says what to do
     */
    public static void checkFits(EngineConfig config, Rows rows) {
        checkFits(config, rows, file -> keys(config, file));
    }

    /**
     * Checks that the first key alone opens all secrets.
     *
     * @throws IllegalStateException if it does not; one sentence says what to do
     */
    public static void checkFitsAlone(EngineConfig config, Rows rows) {
        checkFits(config, rows, file -> List.of(MasterKeyFile.readOrMake(file, config.ids())));
    }

    private static void checkFits(EngineConfig config, Rows rows, Function<Path, List<byte[]>> keys) {
        byte[] sealed = Access.rememberedKeyCheck(rows);
        if (sealed == null) {
            return;
        }
        Path file = file(config).orElseThrow();
        requireFile(file);
        SecretCipher cipher = new SecretCipher(keys.apply(file), config.ids());
        checkOpens(config, cipher, sealed);
        byte[] next = Access.rememberedNextKeyCheck(rows);
        if (next != null) {
            checkOpens(config, cipher, next);
        }
    }

    /**
     * Returns the keys of a store that is not open, the one that seals first.
     *
     * @throws IllegalStateException if its file is gone; one sentence says what to do
     */
    static List<byte[]> ofClosedStore(EngineConfig config) {
        Path file = file(config).orElseThrow();
        requireFile(file);
        return keys(config, file);
    }

    /**
     * Returns the keys that all nodes of a log share, the one that seals first. Empty if it is not in a file, or the file is
     * not there yet.
     */
    public static List<byte[]> shared(EngineConfig config) {
        return file(config)
                .filter(Files::exists)
                .map(path -> keys(config, path))
                .orElse(List.of());
    }

    private static void checkOpens(EngineConfig config, SecretCipher cipher, byte[] sealed) {
        try {
            byte[] unused = cipher.open(sealed, OWNER);
        } catch (IllegalStateException e) {
            throw new IllegalStateException(
                    "The file " + file(config).orElseThrow()
                            + " holds another key than the one that seals the secrets of this store. Restore the right file, or name it with --secret-key-file or EngineBuilder.secretKeyFile. During a rotation of the key name the other file too, with --other-secret-key-file or EngineBuilder.otherSecretKeyFile.",
                    e);
        }
    }

    private static void requireFile(Path file) {
        if (!Files.exists(file)) {
            throw new IllegalStateException("The key that seals the secrets of this store is missing: there is no file "
                    + file + ". Restore it, or name its place with --secret-key-file or EngineBuilder.secretKeyFile.");
        }
    }

    private static Optional<Path> otherFile(EngineConfig config) {
        return config.otherSecretKeyFile()
                .or(() -> config.directory().map(directory -> directory.resolve(MasterKeyFile.OTHER_NAME)));
    }

    private static Optional<Path> file(EngineConfig config) {
        return config.secretKeyFile()
                .or(() -> config.directory().map(directory -> directory.resolve(MasterKeyFile.NAME)));
    }
}
