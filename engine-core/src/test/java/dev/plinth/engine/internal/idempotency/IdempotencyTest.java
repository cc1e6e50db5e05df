package dev.plinth.engine.internal.idempotency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.plinth.engine.TestScale;
import dev.plinth.engine.internal.base.Caller;
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
import dev.plinth.engine.internal.base.rows.StoreSettings;
import dev.plinth.engine.internal.json.ProblemJson;
import dev.plinth.engine.internal.store.MemoryJournal;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.settings.ManualClock;
import dev.plinth.engine.settings.SeededIds;
import dev.plinth.engine.settings.Tables;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("scaled")
class IdempotencyTest {
    private static final Id WORKSPACE = new Id(IdKind.WORKSPACE, 1, 1);
    private static final Id OTHER = new Id(IdKind.WORKSPACE, 1, 2);
    private static final Id REQUEST = new Id(IdKind.REQUEST, 5, 5);
    private static final String KEY = "order-17";
    private static final Fingerprint FIRST = Fingerprint.of("POST", "/v1/resources", null, bytes("{}"));
    private static final Fingerprint SECOND = Fingerprint.of("POST", "/v1/resources", null, bytes("{\"a\":1}"));
    private static final String SECRET = "whsec_a-secret-that-nobody-may-find";

    private final ManualClock clock = ManualClock.startingAt(Instant.parse("2026-01-01T00:00:00Z"));
    private final SeededIds ids = new SeededIds(1);
    private final SecretCipher cipher = new SecretCipher(new byte[SecretCipher.KEY_BYTES], ids);
    private final Idempotency idempotency = new Idempotency(
            cipher, new ProblemJson("https://plinth.dev/problems/"), (rows, workspace, event, length) -> null);
    private final Store store = Store.open(
            new StoreSettings(Tables.HEAP, List.of(Idempotency.REMEMBERED), 1_000_000), new MemoryJournal(), clock);

    @Test
    void begin_firstCall_executes() {
        assertThat(begin(FIRST)).isInstanceOf(Idempotency.KeyClaim.class);
    }

    @Test
    void begin_secondCallAfterTheFirst_isReplayedToTheByte() {
        Outcome.Done done = new Outcome.Done(202, bytes("{\"job_id\":\"j\"}"), "\"v1\"", "/v1/jobs/j", 1, false);
        execute(fresh(FIRST), done);

        Outcome.Replayed replayed = replay(FIRST);

        assertThat(replayed.status()).isEqualTo(202);
        assertThat(replayed.body()).isEqualTo(done.body());
        assertThat(replayed.etag()).isEqualTo("\"v1\"");
        assertThat(replayed.location()).isEqualTo("/v1/jobs/j");
        assertThat(replayed.retryAfterSeconds()).isEqualTo(1);
        assertThat(replayed.originalRequest()).isEqualTo(REQUEST);
    }

    @Test
    void begin_replayed_mayBeReplayedAgain() {
        execute(fresh(FIRST), Outcome.Done.ok(bytes("{}")));

        for (int i = 0; i < 3; i++) {
            assertThat(replay(FIRST).body()).isEqualTo(bytes("{}"));
        }
    }

    @Test
    void begin_otherRequestUnderTheSameKey_isAMismatch() {
        execute(fresh(FIRST), Outcome.Done.ok(bytes("{}")));

        assertThat(begin(SECOND)).isInstanceOf(Idempotency.Mismatch.class);
        assertThat(begin(FIRST)).isInstanceOf(Idempotency.Replay.class);
    }

    @Test
    void begin_whileTheFirstIsRunning_isInUseUntilItEnds() {
        Idempotency.KeyClaim claim = fresh(FIRST);

        Idempotency.InUse inUse = (Idempotency.InUse) begin(FIRST);
        assertThat(inUse.end()).isNotDone();
        assertThat(begin(SECOND)).isInstanceOf(Idempotency.Mismatch.class);

        execute(claim, Outcome.Done.ok(bytes("{}")));
        assertThat(inUse.end()).isCompleted();
        assertThat(begin(FIRST)).isInstanceOf(Idempotency.Replay.class);
    }

    @Test
    void begin_answeredBetweenItsLookAndItsClaim_isReplayed() {
        Fingerprint slow = Fingerprint.of("POST", "/v1/resources", null, bytes("{}"), () -> {
            execute(fresh(FIRST), Outcome.Done.ok(bytes("[17]")));
            return null;
        });

        assertThat(replay(slow).body()).isEqualTo(bytes("[17]"));
    }

    @Test
    void begin_otherRequestAnsweredBetweenItsLookAndItsClaim_isAMismatch() {
        Fingerprint slow = Fingerprint.of("POST", "/v1/resources", null, bytes("{}"), () -> {
            execute(fresh(SECOND), Outcome.Done.ok(bytes("[17]")));
            return null;
        });

        assertThat(begin(slow)).isInstanceOf(Idempotency.Mismatch.class);
    }

    @Test
    void begin_twinWithAnAnswerEndsAfterItsLook_isReplayed() {
        Idempotency.KeyClaim twin = fresh(FIRST);
        commit((context, changes) ->
                idempotency.remember(twin, changes, context, REQUEST, Outcome.Done.ok(bytes("[17]"))));
        Fingerprint slow = Fingerprint.of("POST", "/v1/resources", null, bytes("{}"), () -> {
            idempotency.end(twin);
            return null;
        });

        assertThat(replay(slow).body()).isEqualTo(bytes("[17]"));
    }

    @Test
    void begin_sameKeyOfAnotherWorkspace_isAnotherKey() {
        execute(fresh(FIRST), Outcome.Done.ok(bytes("{}")));

        assertThat(idempotency.begin(store.viewToAnswer(), clock.epochMillis(), OTHER, KEY, SECOND))
                .isInstanceOf(Idempotency.KeyClaim.class);
    }

    @Test
    void begin_otherKeyOfTheSameWorkspace_isAnotherKey() {
        execute(fresh(FIRST), Outcome.Done.ok(bytes("{}")));

        assertThat(idempotency.begin(store.viewToAnswer(), clock.epochMillis(), WORKSPACE, "order-18", FIRST))
                .isInstanceOf(Idempotency.KeyClaim.class);
    }

    @Test
    void begin_until24HoursHavePassed_isReplayedAndThenTheKeyIsFree() {
        execute(fresh(FIRST), Outcome.Done.ok(bytes("{}")));

        clock.advance(Duration.ofHours(24).minusMillis(1));
        assertThat(begin(FIRST)).isInstanceOf(Idempotency.Replay.class);
        assertThat(begin(SECOND)).isInstanceOf(Idempotency.Mismatch.class);

        clock.advance(Duration.ofMillis(1));
        execute(fresh(SECOND), Outcome.Done.ok(bytes("[2]")));
        assertThat(replay(SECOND).body()).isEqualTo(bytes("[2]"));
        assertThat(begin(FIRST)).isInstanceOf(Idempotency.Mismatch.class);
    }

    @Test
    void begin_24HoursAfterTheBeginOfALongCall_countsFromItsEnd() {
        Idempotency.KeyClaim claim = fresh(FIRST);
        clock.advance(Duration.ofHours(3));
        execute(claim, Outcome.Done.ok(bytes("{}")));

        clock.advance(Duration.ofHours(23));

        assertThat(begin(FIRST)).isInstanceOf(Idempotency.Replay.class);
    }

    @Test
    void end_notRemembered_freesTheKeyForAnyRequest() {
        idempotency.end(fresh(FIRST));

        assertThat(begin(SECOND)).isInstanceOf(Idempotency.KeyClaim.class);
    }

    @Test
    void end_twice_doesNotFreeTheKeyOfTheNextCall() {
        Idempotency.KeyClaim first = fresh(FIRST);
        idempotency.end(first);
        Idempotency.KeyClaim second = fresh(FIRST);

        idempotency.end(first);

        assertThat(begin(FIRST)).isInstanceOf(Idempotency.InUse.class);
        idempotency.end(second);
    }

    @Test
    void remember_refusal_isReplayedWithItsStatus() {
        Idempotency.KeyClaim claim = fresh(FIRST);
        commit((context, changes) -> idempotency.remember(claim, changes, context, REQUEST, Refusal.notFound()));
        idempotency.end(claim);

        assertThat(replay(FIRST).status()).isEqualTo(404);
        assertThat(new String(replay(FIRST).body(), StandardCharsets.UTF_8))
                .contains("\"code\":\"not_found\"", REQUEST.text());
        assertThat(replay(FIRST).originalRequest()).isEqualTo(REQUEST);
    }

    @Test
    void remember_answerWithASecret_isSealedInTheRowAndOpenInTheReplay() {
        Outcome.Done done =
                Outcome.Done.ok(bytes("{\"secret\":\"" + SECRET + "\"}")).withSecret();

        byte[] row = execute(fresh(FIRST), done);

        assertThat(new String(row, StandardCharsets.ISO_8859_1)).doesNotContain("secret", SECRET, "whsec");
        assertThat(replay(FIRST).body()).isEqualTo(done.body());
    }

    @Test
    void remember_answerWithoutASecret_isNotSealed() {
        byte[] row = execute(fresh(FIRST), Outcome.Done.ok(bytes("plain words")));

        assertThat(new String(row, StandardCharsets.ISO_8859_1)).contains("plain words");
    }

    @Test
    void begin_sealedUnderAnotherOperatorsKey_doesNotOpen() {
        execute(fresh(FIRST), Outcome.Done.ok(bytes(SECRET)).withSecret());
        byte[] otherKey = new byte[SecretCipher.KEY_BYTES];
        otherKey[0] = 1;
        Idempotency stranger = new Idempotency(
                new SecretCipher(otherKey, ids),
                new ProblemJson("https://plinth.dev/problems/"),
                (rows, workspace, event, length) -> null);

        assertThatThrownBy(() -> stranger.begin(store.viewToAnswer(), clock.epochMillis(), WORKSPACE, KEY, FIRST))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageNotContaining(SECRET);
    }

    @Test
    void begin_moreInFlightThanTheLimit_isRefusedAndTheKeyStaysFree() {
        List<Idempotency.KeyClaim> running = new ArrayList<>();
        for (int i = 0; i < Limits.IDEMPOTENCY_IN_FLIGHT_MAX; i++) {
            running.add((Idempotency.KeyClaim) begin("k" + i, FIRST));
        }

        RefusedException refused = catchThrowableOfType(RefusedException.class, () -> begin("one more", FIRST));

        assertThat(refused.refusal().code()).isEqualTo(ProblemCode.CAPACITY_EXHAUSTED);
        idempotency.end(running.get(0));
        assertThat(begin("one more", FIRST)).isInstanceOf(Idempotency.KeyClaim.class);
    }

    @Test
    void begin_32Threads_neverTwoFreshAtATime() throws Exception {
        int threads = 32;
        int each = TestScale.count(5_000);
        AtomicInteger running = new AtomicInteger();
        AtomicInteger together = new AtomicInteger();
        AtomicInteger executed = new AtomicInteger();
        inParallel(threads, () -> {
            for (int i = 0; i < each; i++) {
                if (begin(FIRST) instanceof Idempotency.KeyClaim claim) {
                    executed.incrementAndGet();
                    together.accumulateAndGet(running.incrementAndGet(), Math::max);
                    Thread.onSpinWait();
                    running.decrementAndGet();
                    idempotency.end(claim);
                }
            }
        });

        assertThat(executed).hasPositiveValue();
        assertThat(together).as("calls that executed at once under one key").hasValue(1);
    }

    @Test
    void begin_32ThreadsThatRepeatUntilAnswered_oneExecutesAndAllGetItsAnswer() throws Exception {
        for (int round = 0; round < TestScale.count(200); round++) {
            String key = "round-" + round;
            AtomicInteger executed = new AtomicInteger();
            inParallel(32, () -> {
                Idempotency.ClaimResult claimResult = begin(key, FIRST);
                while (!(claimResult instanceof Idempotency.Replay)) {
                    if (claimResult instanceof Idempotency.KeyClaim claim) {
                        execute(claim, Outcome.Done.ok(bytes("run " + executed.incrementAndGet())));
                    } else {
                        ((Idempotency.InUse) claimResult).end().join();
                    }
                    claimResult = begin(key, FIRST);
                }
                assertThat(((Idempotency.Replay) claimResult).outcome().body()).isEqualTo(bytes("run 1"));
            });
            assertThat(executed).as("round %d", round).hasValue(1);
        }
    }

    private Idempotency.ClaimResult begin(Fingerprint fingerprint) {
        return begin(KEY, fingerprint);
    }

    private Idempotency.ClaimResult begin(String key, Fingerprint fingerprint) {
        return idempotency.begin(store.viewToAnswer(), clock.epochMillis(), WORKSPACE, key, fingerprint);
    }

    private Idempotency.KeyClaim fresh(Fingerprint fingerprint) {
        Idempotency.ClaimResult claimResult = begin(fingerprint);
        assertThat(claimResult).isInstanceOf(Idempotency.KeyClaim.class);
        return (Idempotency.KeyClaim) claimResult;
    }

    private Outcome.Replayed replay(Fingerprint fingerprint) {
        Idempotency.ClaimResult claimResult = begin(fingerprint);
        assertThat(claimResult).isInstanceOf(Idempotency.Replay.class);
        return ((Idempotency.Replay) claimResult).outcome();
    }

    /** Does and remembers; gives back the row. */
    private byte[] execute(Idempotency.KeyClaim claim, Outcome.Done done) {
        byte[] row = commit((context, changes) -> idempotency.remember(claim, changes, context, REQUEST, done));
        idempotency.end(claim);
        return row;
    }

    private byte[] commit(BiConsumer<Context, Changes> work) {
        return store.write(transaction -> {
            Caller caller = Caller.engineFor(WORKSPACE);
            Changes changes = new Changes();
            work.accept(
                    new Context(caller, transaction.nowMillis(), transaction, ids, cipher, transaction::nextNumbers),
                    changes);
            transaction.append(changes.writes(), transaction.nowMillis());
            return changes.writes().get(0).row();
        });
    }

    private static void inParallel(int threads, Runnable work) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            running.add(pool.submit(work));
        }
        for (Future<?> each : running) {
            each.get();
        }
        pool.shutdown();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
