package dev.plinth.engine.internal.base.decision;

import dev.plinth.engine.api.TraceParent;
import dev.plinth.engine.internal.base.Bytes;
import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.settings.IdSource;
import dev.plinth.engine.settings.Plan;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a decision may depend on besides its arguments: the caller, the time, the rows, and the sources of
 * ids, secrets and list numbers. With the same context a decision comes out the same.
 */
public final class Context {
    private final Caller caller;
    private final long nowMillis;
    private final Rows rows;
    private final IdSource ids;
    private final SecretCipher cipher;
    private final LongUnaryOperator numbers;
    private final @Nullable TraceParent trace;
    private List<Id> sharedResources = List.of();

    /** Makes a context for one command that belongs to no trace. */
    public Context(
            Caller caller, long nowMillis, Rows rows, IdSource ids, SecretCipher cipher, LongUnaryOperator numbers) {
        this(caller, nowMillis, rows, ids, cipher, numbers, null);
    }

    private Context(
            Caller caller,
            long nowMillis,
            Rows rows,
            IdSource ids,
            SecretCipher cipher,
            LongUnaryOperator numbers,
            @Nullable TraceParent trace) {
        this.caller = caller;
        this.nowMillis = nowMillis;
        this.rows = rows;
        this.ids = ids;
        this.cipher = cipher;
        this.numbers = numbers;
        this.trace = trace;
    }

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

    /** Returns the time by which rows expire, in epoch milliseconds: {@link Rows#expiryTime(long)}. */
    public long expiryTime() {
        return rows.expiryTime(nowMillis);
    }

    public Rows rows() {
        return rows;
    }

    public Id newId(IdKind kind) {
        return Id.next(ids, kind, nowMillis);
    }

    /** Returns an id that is impossible to guess, and tells neither time nor order. */
    public Id newToken(IdKind kind) {
        return Id.read(kind, newSecret(Id.BYTES), 0);
    }

    /** Returns bits that are impossible to guess. */
    public byte[] newSecret(int bytes) {
        byte[] secret = new byte[bytes];
        ids.fillSecret(secret);
        return secret;
    }

    /** Returns a random number from 0 to below 1, for jitter. */
    public double chance() {
        return (Bytes.getLong(newSecret(8), 0) >>> 11) * 0x1p-53;
    }

    /** Records that the outcome shows a resource of another workspace under a share. */
    public void showsShared(Id resource) {
        if (sharedResources.isEmpty()) {
            sharedResources = List.of(resource);
        } else if (!sharedResources.contains(resource)) {
            List<Id> more = new ArrayList<>(sharedResources);
            more.add(resource);
            sharedResources = more;
        }
    }

    /** Returns the resources that the outcome shows under a share. */
    public List<Id> sharedResources() {
        return sharedResources;
    }

    /** Returns the cipher of secrets at rest. */
    public SecretCipher cipher() {
        return cipher;
    }

    /** Returns the next number in commit order, by which lists and cursors go. */
    public long nextNumber() {
        return numbers.applyAsLong(1);
    }

    /** Reserves so many numbers, 1 or more, and returns the first of them. */
    public long nextNumbers(long count) {
        return numbers.applyAsLong(count);
    }

    /** Returns the place in a trace of what the decision causes, or null if it belongs to none. */
    public @Nullable TraceParent trace() {
        return trace;
    }

    /** Returns this context in a trace; itself if there is none. */
    public Context in(@Nullable TraceParent other) {
        return other == null ? this : new Context(caller, nowMillis, rows, ids, cipher, numbers, other);
    }

    /** Returns this context for another caller. */
    public Context as(Caller other) {
        return new Context(other, nowMillis, rows, ids, cipher, numbers, trace);
    }

    /** Returns this context on other rows. */
    public Context on(Rows other) {
        return new Context(caller, nowMillis, other, ids, cipher, numbers, trace);
    }

    /** Returns this context, whose next new id of the kind of this id is this id. */
    public Context giving(Id id) {
        return new Context(caller, nowMillis, rows, new Giving(ids, id), cipher, numbers, trace);
    }

    /** Gives an id that is known already, once, and then those of another source. Used by one decision. */
    private static final class Giving implements IdSource {
        private final IdSource others;
        private final Id id;
        private boolean given;

        Giving(IdSource others, Id id) {
            this.others = others;
            this.id = id;
        }

        @Override
        public Bits next(String kind, long epochMillis) {
            if (given || !kind.equals(id.kind().prefix())) {
                return others.next(kind, epochMillis);
            }
            given = true;
            return new Bits(id.high(), id.low());
        }

        @Override
        public void fillSecret(byte[] target) {
            others.fillSecret(target);
        }
    }
}
