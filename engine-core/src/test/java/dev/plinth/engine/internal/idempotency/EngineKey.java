package dev.plinth.engine.internal.idempotency;

import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.StoreSettings;
import dev.plinth.engine.internal.json.ProblemJson;
import dev.plinth.engine.internal.store.DeferredJournal;
import dev.plinth.engine.internal.store.MemoryJournal;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.internal.store.log.Journal;
import dev.plinth.engine.settings.ManualClock;
import dev.plinth.engine.settings.SeededIds;
import dev.plinth.engine.settings.Tables;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** The engine's own keys, one after the other. */
final class EngineKey implements KeyUnderTest {
    private static final Id WORKSPACE = new Id(IdKind.WORKSPACE, 1, 1);
    private static final Id REQUEST = new Id(IdKind.REQUEST, 5, 5);

    private final ManualClock clock = ManualClock.startingAt(Instant.parse("2026-01-01T00:00:00Z"));
    private final SeededIds ids = new SeededIds(1);
    private final SecretCipher cipher = new SecretCipher(new byte[SecretCipher.KEY_BYTES], ids);
    private final Idempotency idempotency = new Idempotency(
            cipher, new ProblemJson("https://plinth.dev/problems/"), (rows, workspace, event, length) -> null);
    private final ThreadLocal<Idempotency.KeyClaim> fresh = new ThreadLocal<>();
    private final Store store;
    private final AtomicInteger number = new AtomicInteger();

    private final DeferredJournal lossy;

    private EngineKey(Journal journal, DeferredJournal lossy) {
        this.lossy = lossy;
        store = Store.open(new StoreSettings(Tables.HEAP, List.of(Idempotency.REMEMBERED), 1_000_000), journal, clock);
    }

    /** Keys whose answers are too old after a disturbance. */
    static EngineKey expiring() {
        return new EngineKey(new MemoryJournal(), null);
    }

    /** Keys whose journal loses everything at a disturbance: what it was told before is undone. */
    static EngineKey losing() {
        DeferredJournal journal = DeferredJournal.stepwise();
        return new EngineKey(journal, journal);
    }

    /** From now on it is another key. */
    EngineKey next() {
        number.incrementAndGet();
        return this;
    }

    @Override
    public void disturb() {
        if (lossy == null) {
            clock.advance(Duration.ofHours(Limits.IDEMPOTENCY_HOURS));
        } else {
            lossy.fenced(1);
        }
    }

    @Override
    public boolean forgets() {
        return true;
    }

    @Override
    public boolean losesForGood() {
        return lossy != null;
    }

    @Override
    public void close() {
        if (lossy != null) {
            store.close();
        }
    }

    @Override
    public String begin(String request) {
        Fingerprint fingerprint = Fingerprint.of("POST", "/v1/resources", null, bytes(request));
        Idempotency.ClaimResult claimResult = idempotency.begin(
                store.viewToAnswer(), clock.epochMillis(), WORKSPACE, "key-" + number.get(), fingerprint);
        if (claimResult instanceof Idempotency.KeyClaim mine) {
            fresh.set(mine);
            return FRESH;
        }
        if (claimResult instanceof Idempotency.Replay replay) {
            return new String(replay.outcome().body(), StandardCharsets.UTF_8);
        }
        return claimResult instanceof Idempotency.InUse ? IN_USE : MISMATCH;
    }

    @Override
    public boolean remember(String request, String answer) {
        try {
            return store.write(transaction -> {
                Changes changes = new Changes();
                Context context = new Context(
                        Caller.engineFor(WORKSPACE),
                        transaction.nowMillis(),
                        transaction,
                        ids,
                        cipher,
                        transaction::nextNumbers);
                idempotency.remember(fresh.get(), changes, context, REQUEST, Outcome.Done.ok(bytes(answer)));
                return transaction.append(changes.writes(), transaction.nowMillis()) > 0;
            });
        } catch (RefusedException e) {
            return false;
        }
    }

    @Override
    public void end(String request) {
        idempotency.end(fresh.get());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
