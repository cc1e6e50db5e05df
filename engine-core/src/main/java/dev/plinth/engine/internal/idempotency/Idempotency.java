package dev.plinth.engine.internal.idempotency;

import dev.plinth.engine.internal.base.Bytes;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.Digest;
import dev.plinth.engine.internal.base.rows.RowIndex;
import dev.plinth.engine.internal.base.rows.RowReader;
import dev.plinth.engine.internal.base.rows.RowSets;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.SealedRows;
import dev.plinth.engine.internal.base.rows.SetKey;
import dev.plinth.engine.internal.base.rows.SetKinds;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.base.rows.TransferredTable;
import dev.plinth.engine.internal.json.ProblemJson;
import dev.plinth.engine.internal.store.View;
import dev.plinth.engine.internal.timer.OldestFirst;
import dev.plinth.engine.internal.timer.SweepWork;
import dev.plinth.engine.internal.timer.WorkspacePurge;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The door of the room. Thread-safe. */
public final class Idempotency {
    /** Remembered answers by workspace and key. */
    public static final TableName<RowReader> REMEMBERED = TableName.of(
                    18,
                    "remembered",
                    32,
                    600,
                    2,
                    TableName.Owner.KEY,
                    new RowIndex<>(IdempotencyRow::reader, Idempotency::tell))
            .keptFor(times -> Duration.ofHours(Limits.IDEMPOTENCY_HOURS));

    private static final SealedRows SEALED = new SealedRows(SetKinds.REMEMBERED_SEALED_BY);
    private static final SetKey ALL = SetKey.of(SetKinds.REMEMBERED_OF_ALL, 0);

    private final ConcurrentHashMap<KeyClaim, KeyClaim> inFlight = new ConcurrentHashMap<>();
    private final SecretCipher cipher;
    private final ProblemJson problems;
    private final EventData events;

    /**
     * Makes a room that encrypts answers with a secret.
     *
     * @param events finds what answers have left to their events
     */
    public Idempotency(SecretCipher cipher, ProblemJson problems, EventData events) {
        this.cipher = cipher;
        this.problems = problems;
        this.events = events;
    }

    /** Returns the retention of remembered answers. */
    public static SweepWork retention() {
        return new OldestFirst<>("remembered", REMEMBERED, ALL, (rows, row) -> IdempotencyRow.expiresAt(row));
    }

    /** Returns the work of the sweep that seals secrets of remembered answers again. */
    public static SweepWork resealing(SecretCipher cipher) {
        return SweepWork.resealing(
                "resealed answers",
                REMEMBERED,
                SEALED,
                cipher,
                (row, keys) -> IdempotencyRow.resealed(row.bytes(), row.key(), keys));
    }

    /** Returns how many remembered answers have a secret that another key than the present one has sealed. */
    public static long ofOtherKeys(Rows rows, SecretCipher cipher) {
        return SEALED.ofOtherKeys(rows, cipher);
    }

    /**
     * Returns the tables whose rows move with a workspace. An answer under which another workspace's resource was shown
     * does not move.
     */
    public static List<TransferredTable> transferred() {
        return List.of(new TransferredTable(
                REMEMBERED,
                TransferredTable.Stage.IN_STEPS,
                row -> IdempotencyRow.reader(row).number(),
                (key, row, other) -> IdempotencyRow.read(row).transferred(key, other),
                (key, row, ids) -> ids.require(
                        IdempotencyRow.read(row).sharedResources().isEmpty(),
                        "remembers an answer that shows another workspace's resource")));
    }

    /** Returns true if a row remembers an answer that shows a resource of another workspace. */
    public static boolean showsShared(TableName<?> table, byte[] row) {
        return table.number() == REMEMBERED.number()
                && !IdempotencyRow.read(row).sharedResources().isEmpty();
    }

    /** Returns the purge of a workspace's remembered answers. */
    public static WorkspacePurge purge() {
        return WorkspacePurge.of(REMEMBERED, Idempotency::ofWorkspace);
    }

    private static SetKey ofWorkspace(Id workspace) {
        return SetKey.of(SetKinds.REMEMBERED, workspace);
    }

    private static void tell(byte[] key, RowReader row, RowSets sets) {
        int start = row.position();
        long number = row.number();
        sets.place(number);
        sets.member(ALL, number);
        sets.member(SetKey.at(SetKinds.REMEMBERED, key, 0), number);
        if (IdempotencyRow.skipToSecret(row.at(start))) {
            SEALED.tell(sets, number, row.keyId());
        }
    }

    /**
     * Begins a call under a key.
     *
     * @param rows where remembered answers are looked up
     * @param nowMillis the engine's time
     * @return a {@link KeyClaim} for the first call, else the reason why the call must not run
     */
    public ClaimResult begin(View rows, long nowMillis, Id workspace, String key, Fingerprint fingerprint) {
        KeyClaim mine = new KeyClaim(new Digest().text(key).keyIn(workspace), fingerprint);
        boolean missed = !inFlight.containsKey(mine);
        if (missed) {
            ClaimResult first = answered(rows, mine, nowMillis);
            if (first != null) {
                return opened(first, mine);
            }
        }
        fingerprint.complete(); // Other threads compare with it from now on.
        // In one step, because other calls could otherwise meet a claim that ends at once for a key with an answer.
        KeyClaim holder = inFlight.compute(mine, (same, other) -> {
            if (other != null) {
                return other;
            }
            mine.answered = missed && rows.isUnchanged() ? null : answered(rows, mine, nowMillis);
            return mine.answered == null ? mine : null;
        });
        ClaimResult remembered = mine.answered;
        if (remembered != null) {
            return opened(remembered, mine);
        }
        if (holder != null && !holder.end.equals(mine.end)) {
            return holder.fingerprint.equals(fingerprint) ? new InUse(holder.end) : new Mismatch();
        }
        if (inFlight.size() > Limits.IDEMPOTENCY_IN_FLIGHT_MAX) {
            end(mine);
            throw new RefusedException(Refusal.of(
                            ProblemCode.CAPACITY_EXHAUSTED,
                            "At most " + Limits.IDEMPOTENCY_IN_FLIGHT_MAX
                                    + " calls with an Idempotency-Key can be in flight, and as many are; nothing was changed. Try again.")
                    .retryAfter(1));
        }
        return mine;
    }

    /**
     * Returns what the row of a key answers to a call, with a secret still encrypted. Returns null if there is no answer
     * that counts: its time is over, or the event that has its body is gone.
     */
    private @Nullable ClaimResult answered(Rows rows, KeyClaim mine, long nowMillis) {
        byte[] row = rows.get(REMEMBERED, mine.rowKey);
        if (row == null) {
            return null;
        }
        RowReader in = IdempotencyRow.reader(row);
        int digestsAt = IdempotencyRow.skipToDigests(in);
        Id request = in.skip(Fingerprint.BYTES).id(IdKind.REQUEST);
        // A second execution cannot be undone, so the answer counts for as long as no sweep may delete it. That time is
        // never later, and costs a look at the clock.
        long expiresAt = IdempotencyRow.expiresAt(in.number());
        if (expiresAt <= nowMillis && expiresAt <= rows.expiryTime(nowMillis)) {
            return null;
        }
        List<Id> sharedResources = in.ids(IdKind.RESOURCE);
        Outcome.Replayed outcome = RememberedAnswer.replay(in, request, rows, mine.rowKey, events);
        if (outcome == null) {
            return null;
        }
        return mine.fingerprint.isOf(row, digestsAt) ? new Replay(outcome, sharedResources) : new Mismatch();
    }

    /** Decrypts a secret. Not done inside a claim, on which other keys may wait. */
    private ClaimResult opened(ClaimResult answered, KeyClaim mine) {
        return answered instanceof Replay replay && replay.secret()
                ? new Replay(
                        replay.outcome.with(cipher.open(replay.outcome.body(), mine.rowKey)), replay.sharedResources)
                : answered;
    }

    /** Adds to a decision that its outcome is remembered under the key. */
    public void remember(KeyClaim claim, Changes changes, Context context, Id request, Outcome.Done done) {
        Id event = done.secret() ? null : eventWith(done.body(), claim, changes);
        if (event != null) {
            put(
                    claim,
                    changes,
                    context,
                    request,
                    new RememberedAnswer.OfEvent(
                            done.status(),
                            done.etag(),
                            done.location(),
                            done.retryAfterSeconds(),
                            event,
                            done.body().length));
            return;
        }
        byte[] body = done.secret() ? cipher.seal(done.body(), claim.rowKey) : done.body();
        RememberedAnswer answer = new RememberedAnswer.OfEngine(
                done.status(), done.etag(), done.location(), done.retryAfterSeconds(), done.secret(), body);
        put(claim, changes, context, request, answer);
    }

    /** Adds to a decision that its refusal is remembered under the key. */
    public void remember(KeyClaim claim, Changes changes, Context context, Id request, Refusal refusal) {
        byte[] problem = problems.render(refusal, request, refusal.retryable());
        // A refusal has no location. In its place is the scope for WWW-Authenticate.
        String lacking = refusal.code() == ProblemCode.INSUFFICIENT_SCOPE ? refusal.hint() : null;
        RememberedAnswer answer =
                new RememberedAnswer.OfEngine(refusal.code().status(), null, lacking, 0, false, problem);
        put(claim, changes, context, request, answer);
    }

    /** Adds to a decision that the answer of the host's own code is remembered under the key. */
    public void remember(KeyClaim claim, Changes changes, Context context, Id request, Outcome.HostReply reply) {
        RememberedAnswer answer = new RememberedAnswer.OfHost(reply.status(), reply.headers(), reply.body());
        put(claim, changes, context, request, answer);
    }

    /** Ends a call, whatever its outcome. If the outcome was not remembered, the key is free again. */
    public void end(KeyClaim claim) {
        // A second end may find the claim of the next call, which equals this one.
        inFlight.computeIfPresent(claim, (same, holder) -> holder.end.equals(claim.end) ? null : holder);
        claim.end.complete(null);
    }

    /**
     * Returns the event of the workspace whose data is this very body, or null. A change with more events is not searched,
     * because its answer is seldom the data of one of them.
     */
    @SuppressWarnings("ReferenceEquality") // the array itself, so that nothing is compared
    private static @Nullable Id eventWith(byte[] body, KeyClaim claim, Changes changes) {
        if (changes.areFannedOut()
                || changes.events().size() != 1
                || changes.written().size() != 1
                || changes.events().get(0).data() != body) {
            return null;
        }
        Changes.WrittenEvent written = changes.written().get(0);
        return written.workspace().isAt(claim.rowKey, 0) ? written.id() : null;
    }

    private static void put(KeyClaim claim, Changes changes, Context context, Id request, RememberedAnswer answer) {
        IdempotencyRow remembered = new IdempotencyRow(
                context.nextNumber(),
                claim.fingerprint.digests(),
                request,
                context.now(),
                context.sharedResources(),
                answer);
        changes.put(REMEMBERED, claim.rowKey, remembered.row());
    }

    /** The result of a call's claim on its key. */
    public sealed interface ClaimResult {}

    /**
     * The right to run under a key, for the first call. It ends with {@link Idempotency#end}. It equals any claim on
     * the same key.
     */
    public static final class KeyClaim implements ClaimResult {
        private final byte[] rowKey;
        private final Fingerprint fingerprint;
        private final CompletableFuture<Void> end = new CompletableFuture<>();
        private @Nullable ClaimResult answered; // by the row that it found; then it is no claim

        private KeyClaim(byte[] rowKey, Fingerprint fingerprint) {
            this.rowKey = rowKey;
            this.fingerprint = fingerprint;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof KeyClaim claim && Arrays.equals(rowKey, claim.rowKey);
        }

        /** Uses bits of the key's digest, which are random enough. */
        @Override
        public int hashCode() {
            return (int) Bytes.getLong(rowKey, Id.BYTES);
        }
    }

    /**
     * The remembered answer of an earlier request under the same key.
     *
     * @param sharedResources the resources that the answer shows under a share
     */
    public record Replay(Outcome.Replayed outcome, List<Id> sharedResources) implements ClaimResult {
        /** Returns true if the answer shows a secret. */
        public boolean secret() {
            return outcome.secret();
        }
    }

    /** Another call with the same key is still running. The future completes at its end. */
    public record InUse(CompletableFuture<Void> end) implements ClaimResult {}

    /** The key was used for a different request. */
    record Mismatch() implements ClaimResult {}
}
