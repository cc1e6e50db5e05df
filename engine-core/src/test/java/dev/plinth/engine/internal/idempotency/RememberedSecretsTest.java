package dev.plinth.engine.internal.idempotency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.decision.DeletedWorkspaces;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.RowTranslation;
import dev.plinth.engine.internal.base.rows.StoreSettings;
import dev.plinth.engine.internal.base.rows.TransferredTable;
import dev.plinth.engine.internal.json.ProblemJson;
import dev.plinth.engine.internal.store.MemoryJournal;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.internal.timer.SweepBatch;
import dev.plinth.engine.internal.timer.SweepWork;
import dev.plinth.engine.settings.ManualClock;
import dev.plinth.engine.settings.SeededIds;
import dev.plinth.engine.settings.Tables;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Tests what becomes of remembered answers with a secret when the key changes, when they move, and at their end. */
final class RememberedSecretsTest {
    private static final Id WORKSPACE = new Id(IdKind.WORKSPACE, 1, 1);
    private static final Id RESOURCE = new Id(IdKind.RESOURCE, 7, 7);
    private static final Id REQUEST = new Id(IdKind.REQUEST, 5, 5);
    private static final byte[] SECRET = bytes("{\"secret\":\"whsec_of-the-answer\"}");
    private static final Fingerprint CALL = Fingerprint.of("POST", "/v1/keys", null, bytes("{}"));

    private final ManualClock clock = ManualClock.startingAt(Instant.parse("2026-01-01T00:00:00Z"));
    private final SeededIds ids = new SeededIds(1);
    private final SecretCipher old = new SecretCipher(key(1), ids);
    private final SecretCipher next = new SecretCipher(List.of(key(2), key(1)), ids);
    private final SecretCipher nextAlone = new SecretCipher(key(2), ids);
    private final Store store = Store.open(
            new StoreSettings(Tables.HEAP, List.of(Idempotency.REMEMBERED, DeletedWorkspaces.TABLE), 1_000_000),
            new MemoryJournal(),
            clock);

    @Test
    void ofOtherKeys_answersWithAndWithoutASecret_countsThoseThatAnotherKeyHasSealed() {
        execute(room(old), "plain", Outcome.Done.ok(bytes("{}")));
        assertThat(ofOtherKeys(next)).isZero();

        execute(room(old), "one", Outcome.Done.ok(SECRET).withSecret());
        execute(room(old), "two", Outcome.Done.ok(SECRET).withSecret());
        execute(room(next), "three", Outcome.Done.ok(SECRET).withSecret());

        assertThat(ofOtherKeys(next)).isEqualTo(2);
        assertThat(ofOtherKeys(old)).isEqualTo(1);
    }

    @Test
    void resealing_answersOfAnOldKey_openWithTheNextKeyAlone() {
        Outcome.Done done = new Outcome.Done(201, SECRET, "\"v9\"", "/v1/keys/k", 3, false).withSecret();
        execute(room(old), "plain", Outcome.Done.ok(bytes("{}")));
        execute(room(old), "sealed", done);
        execute(room(old), "shared", done, RESOURCE);
        Outcome.Replayed before = replay(room(old), "sealed").outcome();

        assertThat(sweep(Idempotency.resealing(next))).isEqualTo(2);

        assertThat(ofOtherKeys(next)).isZero();
        Outcome.Replayed after = replay(room(nextAlone), "sealed").outcome();
        assertThat(after).usingRecursiveComparison().isEqualTo(before);
        assertThat(after.body()).isEqualTo(SECRET);
        assertThat(after.etag()).isEqualTo("\"v9\"");
        assertThat(after.location()).isEqualTo("/v1/keys/k");
        assertThat(after.retryAfterSeconds()).isEqualTo(3);
        assertThat(replay(room(nextAlone), "shared").sharedResources()).containsExactly(RESOURCE);
        assertThat(sweep(Idempotency.resealing(next))).as("once").isZero();
        assertThatThrownBy(() -> replay(room(old), "sealed")).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void retention_answer_isSweptAtItsEndAndNotAMillisecondBefore() {
        execute(room(old), "first", Outcome.Done.ok(bytes("{}")));
        long end = clock.epochMillis() + Duration.ofHours(24).toMillis();
        SweepWork retention = Idempotency.retention();
        assertThat(store.look(retention::nextDueMillis)).isEqualTo(end);

        clock.advance(Duration.ofHours(24).minusMillis(1));
        assertThat(sweep(retention)).isZero();
        clock.advance(Duration.ofMillis(1));

        assertThat(sweep(retention)).isEqualTo(1);
        assertThat(store.look(retention::nextDueMillis)).isEqualTo(SweepWork.NEVER);
        assertThat(retention.name()).isEqualTo("remembered");
    }

    @Test
    void purge_ofAWorkspace_removesItsAnswersOnly() {
        Id other = new Id(IdKind.WORKSPACE, 1, 2);
        execute(room(old), "one", Outcome.Done.ok(bytes("{}")));
        execute(room(old), "two", Outcome.Done.ok(SECRET).withSecret());
        execute(room(old), other, "one", Outcome.Done.ok(bytes("[1]")));
        SweepBatch batch = new SweepBatch();

        Idempotency.purge().collect(context(), WORKSPACE, batch);
        commit(batch.changes());

        assertThat(begin(room(old), WORKSPACE, "one")).isInstanceOf(Idempotency.KeyClaim.class);
        assertThat(begin(room(old), WORKSPACE, "two")).isInstanceOf(Idempotency.KeyClaim.class);
        assertThat(begin(room(old), other, "one")).isInstanceOf(Idempotency.Replay.class);
    }

    @Test
    void transferred_answers_haveTheNumbersAndTheSecretsOfTheOtherStore() {
        TransferredTable table = Idempotency.transferred().get(0);
        Changes.Write sealed =
                execute(room(old), "sealed", Outcome.Done.ok(SECRET).withSecret());
        Changes.Write plain = execute(room(old), "plain", Outcome.Done.ok(bytes("plain words")));
        Changes.Write ofHost = remember(
                room(old),
                "host",
                new Outcome.HostReply(299, Map.of("x-one", "1", "x-two", "2"), bytes("of the host")));
        assertThat(table.stage()).isEqualTo(TransferredTable.Stage.IN_STEPS);
        assertThat(Idempotency.transferred()).hasSize(1);

        for (Changes.Write write : List.of(sealed, plain, ofHost)) {
            byte[] row = Objects.requireNonNull(write.row());
            byte[] moved = table.translator().translate(write.key(), row, new Moved());
            assertThat(table.number().applyAsLong(moved))
                    .isEqualTo(1_000 + table.number().applyAsLong(row));
            commit(new Changes().put(Idempotency.REMEMBERED, write.key(), moved));
        }

        assertThat(replay(room(nextAlone), "sealed").outcome().body()).isEqualTo(SECRET);
        assertThat(replay(room(nextAlone), "plain").outcome().body()).isEqualTo(bytes("plain words"));
        Outcome.Replayed reply = replay(room(nextAlone), "host").outcome();
        assertThat(reply.body()).isEqualTo(bytes("of the host"));
        assertThat(reply.status()).isEqualTo(299);
        assertThat(reply.hostHeaders()).isEqualTo(Map.of("x-one", "1", "x-two", "2"));
    }

    @Test
    void transferred_answerOfASharedResource_isRefusedAndNamed() {
        TransferredTable table = Idempotency.transferred().get(0);
        Changes.Write own = execute(room(old), "own", Outcome.Done.ok(bytes("{}")));
        Changes.Write shared = execute(room(old), "shared", Outcome.Done.ok(bytes("{}")), RESOURCE);

        assertThat(Idempotency.showsShared(table.table(), Objects.requireNonNull(own.row())))
                .isFalse();
        assertThat(Idempotency.showsShared(table.table(), Objects.requireNonNull(shared.row())))
                .isTrue();
        assertThat(Idempotency.showsShared(DeletedWorkspaces.TABLE, Objects.requireNonNull(shared.row())))
                .as("of another table")
                .isFalse();
    }

    /** Adds a thousand to the numbers, and seals by the next key. */
    private final class Moved implements RowTranslation {
        @Override
        public long number(long number) {
            return number + 1_000;
        }

        @Override
        public long atMost(long number) {
            return number;
        }

        @Override
        public long atLeast(long number) {
            return number;
        }

        @Override
        public byte[] secret(byte[] secret, byte[] owner) {
            return next.seal(old.open(secret, owner), owner);
        }
    }

    private long ofOtherKeys(SecretCipher cipher) {
        return Idempotency.ofOtherKeys(store.viewToAnswer(), cipher);
    }

    /** Returns how many rows the work has changed. */
    private int sweep(SweepWork work) {
        SweepBatch batch = new SweepBatch();
        work.collect(context(), store.nowMillis(), batch);
        int rows = batch.changes().writes().size();
        if (rows > 0) {
            commit(batch.changes());
        }
        return rows;
    }

    private Context context() {
        return new Context(Caller.OPERATOR, store.nowMillis(), store.viewToAnswer(), ids, old, count -> 1);
    }

    private void commit(Changes changes) {
        long unused = store.write(transaction -> transaction.append(changes.writes(), transaction.nowMillis()));
    }

    private Changes.Write execute(Idempotency room, String key, Outcome.Done done, Id... shared) {
        return execute(room, WORKSPACE, key, done, shared);
    }

    private Changes.Write execute(Idempotency room, Id workspace, String key, Outcome.Done done, Id... shared) {
        Idempotency.KeyClaim claim = (Idempotency.KeyClaim) begin(room, workspace, key);
        Changes.Write write = store.write(transaction -> {
            Changes changes = new Changes();
            Context context = new Context(
                    Caller.engineFor(workspace),
                    transaction.nowMillis(),
                    transaction,
                    ids,
                    old,
                    transaction::nextNumbers);
            List.of(shared).forEach(context::showsShared);
            room.remember(claim, changes, context, REQUEST, done);
            transaction.append(changes.writes(), transaction.nowMillis());
            return changes.writes().get(0);
        });
        room.end(claim);
        return write;
    }

    private Changes.Write remember(Idempotency room, String key, Outcome.HostReply reply) {
        Idempotency.KeyClaim claim = (Idempotency.KeyClaim) begin(room, WORKSPACE, key);
        Changes.Write write = store.write(transaction -> {
            Changes changes = new Changes();
            room.remember(
                    claim,
                    changes,
                    new Context(
                            Caller.engineFor(WORKSPACE),
                            transaction.nowMillis(),
                            transaction,
                            ids,
                            old,
                            transaction::nextNumbers),
                    REQUEST,
                    reply);
            transaction.append(changes.writes(), transaction.nowMillis());
            return changes.writes().get(0);
        });
        room.end(claim);
        return write;
    }

    private Idempotency.Replay replay(Idempotency room, String key) {
        return (Idempotency.Replay) begin(room, WORKSPACE, key);
    }

    private Idempotency.ClaimResult begin(Idempotency room, Id workspace, String key) {
        return room.begin(store.viewToAnswer(), store.nowMillis(), workspace, key, CALL);
    }

    private static Idempotency room(SecretCipher cipher) {
        return new Idempotency(
                cipher, new ProblemJson("https://plinth.dev/problems/"), (rows, workspace, event, length) -> null);
    }

    private static byte[] key(int first) {
        byte[] key = new byte[SecretCipher.KEY_BYTES];
        key[0] = (byte) first;
        return key;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
