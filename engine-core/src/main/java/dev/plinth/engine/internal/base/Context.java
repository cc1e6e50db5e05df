package dev.plinth.engine.internal.base;

import dev.plinth.engine.api.IdSource;
import dev.plinth.engine.api.Plan;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a decision may depend on besides its arguments: who asks, what time it is, the rows, and where new ids,
 * secrets and list numbers come from. With the same context a decision comes out the same.
 */
public final class Context {
    private final Caller caller;
    private final long nowMillis;
    private final Rows rows;
    private final IdSource ids;
    private final SecretCipher cipher;
    private final Numbers numbers;
    private @Nullable Id sharedResource;

    /** A context for one command. */
    public Context(Caller caller, long nowMillis, Rows rows, IdSource ids, SecretCipher cipher, Numbers numbers) {
        this.caller = caller;
        this.nowMillis = nowMillis;
        this.rows = rows;
        this.ids = ids;
        this.cipher = cipher;
        this.numbers = numbers;
    }

    /** Who asks. */
    public Caller caller() {
        return caller;
    }

    /** The caller's workspace. */
    public Id workspace() {
        return caller.workspace();
    }

    /** The plan of the caller's workspace. */
    public Plan plan() {
        return caller.plan();
    }

    /** The time of this decision in epoch milliseconds. */
    public long now() {
        return nowMillis;
    }

    /** The rows. */
    public Rows rows() {
        return rows;
    }

    /** A new id. */
    public Id newId(IdKind kind) {
        IdSource.Bits bits = ids.next(kind.prefix(), nowMillis);
        return new Id(kind, bits.high(), bits.low());
    }

    /** Bits that nobody can guess. */
    public byte[] newSecret(int bytes) {
        byte[] secret = new byte[bytes];
        ids.fillSecret(secret);
        return secret;
    }

    /** A number from 0 to below 1, by chance: for jitter. */
    public double chance() {
        return (Bytes.getLong(newSecret(8), 0) >>> 11) * 0x1p-53;
    }

    /** Notes that the outcome shows a resource that is another workspace's, by virtue of a share. */
    public void showsShared(Id resource) {
        sharedResource = resource;
    }

    /** The resource that the outcome shows by virtue of a share; null if it shows none. */
    public @Nullable Id sharedResource() {
        return sharedResource;
    }

    /** What seals secrets at rest. */
    public SecretCipher cipher() {
        return cipher;
    }

    /** The next number in commit order: what lists and cursors go by. */
    public long nextNumber() {
        return numbers.next();
    }

    /** The same context for another caller. */
    public Context as(Caller other) {
        return new Context(other, nowMillis, rows, ids, cipher, numbers);
    }

    /** Gives out the numbers of lists; ascending, with gaps. */
    @FunctionalInterface
    public interface Numbers {
        /** The next one. */
        long next();
    }
}
