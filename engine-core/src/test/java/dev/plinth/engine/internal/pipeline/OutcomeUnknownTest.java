package dev.plinth.engine.internal.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.internal.access.Access;
import dev.plinth.engine.internal.access.Keys;
import dev.plinth.engine.internal.access.Workspaces;
import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Observers;
import dev.plinth.engine.internal.base.Plans;
import dev.plinth.engine.internal.base.ScopeBits;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.decision.Decision;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.event.Events;
import dev.plinth.engine.internal.idempotency.Idempotency;
import dev.plinth.engine.internal.json.JsonReader;
import dev.plinth.engine.internal.json.JsonValue;
import dev.plinth.engine.internal.json.ProblemJson;
import dev.plinth.engine.internal.metrics.RequestMetrics;
import dev.plinth.engine.internal.quota.Quotas;
import dev.plinth.engine.internal.requestlog.RequestLog;
import dev.plinth.engine.internal.resource.Content;
import dev.plinth.engine.internal.resource.Resources;
import dev.plinth.engine.internal.store.DeferredJournal;
import dev.plinth.engine.internal.store.ScriptedJournal;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.internal.store.log.Journal;
import dev.plinth.engine.settings.ManualClock;
import dev.plinth.engine.settings.SeededIds;
import dev.plinth.engine.settings.Tables;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rate-limit units of calls that the engine failed only when it waited for the disk (contract §4). */
class OutcomeUnknownTest {
    private static final int UNITS = 5;
    private static final int RECORDS_BEFORE = 2;
    private static final Command.Change CREATE =
            Resources.create(new Content("n", "resource", Content.EMPTY, Content.EMPTY));

    private final ManualClock clock = ManualClock.startingAt(Instant.parse("2025-01-01T00:00:00Z"));
    private String secret = "";

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void write_itsRecordIsLost_getsItsUnitsBack(boolean submitted) {
        RequestDispatcher dispatcher =
                open(new ScriptedJournal(ScriptedJournal.Fate.UNKNOWN_AND_APPLIED, RECORDS_BEFORE + 2));
        Function<Request, Answer> answer = submitted
                ? request -> dispatcher.submit(request, dispatcher.workers()).join()
                : dispatcher::call;
        assertThat(left(answer.apply(write(null)))).isEqualTo(60 - UNITS);

        Answer lost = answer.apply(write(null));

        assertThat(lost.outcome().status()).isEqualTo(503);
        assertThat(left(dispatcher.call(look()))).isEqualTo(60 - UNITS);
    }

    @Test
    void costlyWrite_itsRecordIsLost_owesNothing() {
        RequestDispatcher dispatcher =
                open(new ScriptedJournal(ScriptedJournal.Fate.UNKNOWN_AND_APPLIED, RECORDS_BEFORE + 1));
        Command.CostlyChange costly = new Command.CostlyChange() {
            @Override
            public Decision decide(Context context) {
                return CREATE.decide(context);
            }

            @Override
            public long units(Context context) {
                return 100 * UNITS;
            }
        };
        Request request = new Request(
                TestRoute.of("POST", UNITS, costly),
                "POST",
                List.of(),
                null,
                Request.Headers.of("Bearer " + secret),
                new byte[0],
                false);

        assertThat(dispatcher.call(request).outcome().status()).isEqualTo(503);

        assertThat(left(dispatcher.call(look()))).isEqualTo(60);
    }

    @Test
    void replay_whatItShowsIsLost_getsBackTheOneUnitThatItTook() {
        DeferredJournal journal = DeferredJournal.stepwise();
        RequestDispatcher dispatcher = open(journal);
        journal.durable(RECORDS_BEFORE);
        assertThat(left(dispatcher.call(request("GET", 2 * UNITS, null)))).isEqualTo(60 - 2 * UNITS);
        CompletableFuture<Answer> first = dispatcher.submit(write("k"), dispatcher.workers());
        CompletableFuture<Answer> replayed = dispatcher.submit(write("k"), dispatcher.workers());
        assertThat(left(dispatcher.call(look()))).isEqualTo(60 - 3 * UNITS - 1);

        journal.unknown(RECORDS_BEFORE + 1);

        assertThat(first.join().outcome().status()).isEqualTo(503);
        assertThat(replayed.join().outcome().status()).isEqualTo(503);
        assertThat(left(dispatcher.call(look()))).isEqualTo(60 - 2 * UNITS);
        journal.close();
    }

    /** A pipeline over a journal that has taken a workspace and a key. */
    private RequestDispatcher open(Journal journal) {
        Store store = RandomCommands.open(Tables.HEAP, journal, clock);
        SeededIds ids = new SeededIds(1);
        SecretCipher cipher = new SecretCipher(new byte[SecretCipher.KEY_BYTES], ids);
        Commits commits = new Commits(store, ids, cipher);
        String workspace = member(commits, Workspaces.create("w", "starter"), "id");
        Id id = Objects.requireNonNull(Id.parse(IdKind.WORKSPACE, workspace));
        secret = member(commits, Keys.createFor(id, new Keys.KeyDraft("k", true, ScopeBits.FULL, null)), "secret");
        return new RequestDispatcher(new PipelineParts(
                store,
                clock,
                ids,
                new Access(new Plans(List.of()), "in-process", new byte[32]),
                new Quotas(clock),
                new Idempotency(cipher, new ProblemJson("https://plinth.dev/problems/"), Events::data),
                commits,
                Resources::checkVisible,
                new RequestLog(100_000),
                new RequestMetrics(),
                Observers.NONE,
                Runnable::run));
    }

    private static long left(Answer answer) {
        return Objects.requireNonNull(answer.quota()).remaining();
    }

    private Request write(String key) {
        return request("POST", UNITS, key);
    }

    private Request look() {
        return request("GET", 0, null);
    }

    private Request request(String method, int units, String key) {
        Command.Query nothing = context -> Outcome.Done.ok(new byte[0]);
        Route route = TestRoute.of(method, units, method.equals("POST") ? CREATE : nothing);
        Request.Headers headers = Request.Headers.of("Bearer " + secret).withIdempotencyKey(key);
        return new Request(route, method, List.of(), null, headers, new byte[0], false);
    }

    private static String member(Commits commits, Command.Change change, String name) {
        Outcome outcome = commits.commit(AdmittedCaller.trusted(Caller.OPERATOR), change, Commits.OutcomeMemory.NONE)
                .outcome();
        JsonValue.Obj json = (JsonValue.Obj) JsonReader.trusted(((Outcome.Done) outcome).body());
        return ((JsonValue.Text) json.get(name)).value();
    }
}
