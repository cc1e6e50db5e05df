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
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.event.Events;
import dev.plinth.engine.internal.idempotency.Idempotency;
import dev.plinth.engine.internal.json.JsonReader;
import dev.plinth.engine.internal.json.JsonValue;
import dev.plinth.engine.internal.json.ProblemJson;
import dev.plinth.engine.internal.metrics.RequestMetrics;
import dev.plinth.engine.internal.quota.Quotas;
import dev.plinth.engine.internal.requestlog.RequestLog;
import dev.plinth.engine.internal.resource.Resources;
import dev.plinth.engine.internal.store.MemoryJournal;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.settings.ManualClock;
import dev.plinth.engine.settings.SeededIds;
import dev.plinth.engine.settings.Tables;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Calls on threads that must not sleep, while another thread has the writer lock and writes at each of their looks. */
class BusyWriterCallsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String KIND = "letters";
    private static final Outcome DONE = Outcome.Done.ok("{}".getBytes(StandardCharsets.US_ASCII));

    private final ManualClock clock = ManualClock.startingAt(Instant.parse("2025-01-01T00:00:00Z"));
    private final SeededIds ids = new SeededIds(1);
    private final SecretCipher cipher = new SecretCipher(new byte[SecretCipher.KEY_BYTES], ids);
    private final Store store = RandomCommands.open(Tables.HEAP, new MemoryJournal(), clock);
    private final Commits commits = new Commits(store, ids, cipher);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Rival rival = new Rival();
    private final Id workspace =
            Objects.requireNonNull(Id.parse(IdKind.WORKSPACE, member(Workspaces.create("w", "starter"), "id")));
    private final String secret =
            member(Keys.createFor(workspace, new Keys.KeyDraft("k", true, ScopeBits.FULL, null)), "secret");
    private final RequestDispatcher dispatcher = new RequestDispatcher(new PipelineParts(
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
            threads));

    @AfterEach
    void close() {
        rival.end();
        threads.shutdown();
        store.close();
    }

    @Test
    void partOfAStream_isAskedForAgainByAThreadThatMaySleep() {
        Command.StreamQuery rest = new Command.StreamQuery() {
            @Override
            public Outcome silence() {
                return new Outcome.Page(new byte[0], "text/plain", this);
            }

            @Override
            public Id group(Id workspace) {
                return workspace;
            }

            @Override
            public Outcome answer(Context context) {
                return new Outcome.Page(new byte[0], "text/plain", null);
            }

            @Override
            public Command.@Nullable Wait wait(Context context) {
                look(context);
                rival.write();
                return null;
            }
        };
        rival.begin();

        CompletableFuture<CompletableFuture<Answer>> asked = CompletableFuture.supplyAsync(
                () -> dispatcher.follow(request("GET", rest), rest, StreamBytes.NONE, dispatcher.workers()), threads);

        assertThat(asked).as("the thread that asks").succeedsWithin(PATIENCE);
        rival.end();
        assertThat(asked.join())
                .succeedsWithin(PATIENCE)
                .satisfies(part -> assertThat(part.outcome()).isInstanceOf(Outcome.Page.class));
    }

    @Test
    void changeWithARest_isDecidedOnce() {
        AtomicInteger decided = new AtomicInteger();
        Command.DeferredChange change = new Command.DeferredChange() {
            @Override
            public Decision decide(Context context) {
                decided.incrementAndGet();
                return Decision.of(new Changes(), DONE);
            }

            @Override
            public Command.@Nullable Wait rest(Context context) {
                rival.begin();
                look(context);
                rival.write();
                return null;
            }
        };

        CompletableFuture<Answer> answer = submit(change);
        rival.end();

        assertThat(answer)
                .succeedsWithin(PATIENCE)
                .satisfies(done -> assertThat(done.outcome()).isSameAs(DONE));
        assertThat(decided).hasValue(1);
    }

    @Test
    void leaseThatWaits_looksAgainBesideAWriter_isToldOfWhatComes() throws Exception {
        Thread submitting = Thread.currentThread();
        AtomicInteger queued = new AtomicInteger();
        AtomicInteger looks = new AtomicInteger();
        CountDownLatch looksOfAnother = new CountDownLatch(2);
        Command.LongPollChange take = new Command.LongPollChange() {
            @Override
            public Decision decide(Context context) {
                queued.decrementAndGet();
                return Decision.of(new Changes(), DONE);
            }

            @Override
            public Command.@Nullable Wait wait(Context context) {
                look(context);
                if (Thread.currentThread() != submitting) {
                    looksOfAnother.countDown();
                } else if (looks.incrementAndGet() > 1) {
                    rival.begin();
                    rival.write();
                }
                return queued.get() > 0 ? null : new Command.Wait(workspace, 30, null, Set.of(KIND));
            }

            @Override
            public boolean isThere(Context context, String kind) {
                return queued.get() > 0;
            }
        };
        CompletableFuture<Answer> answer = submit(take);
        rival.end();
        assertThat(looksOfAnother.await(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .as("the call waits, but is %s", answer)
                .isTrue();

        queued.incrementAndGet();
        dispatcher.waitRegistry().signal(workspace, KIND);

        assertThat(answer)
                .succeedsWithin(PATIENCE)
                .satisfies(taken -> assertThat(taken.outcome()).isSameAs(DONE));
        assertThat(dispatcher.waitRegistry().areThere()).isFalse();
    }

    /** The store refuses to be read once its reign has ended. A call that has its answer by then must not fail. */
    @Test
    void leaseThatWaited_mayNotReadAnyMoreForTheNextOne_isAnswered() {
        Command.LongPollChange take = new Command.LongPollChange() {
            @Override
            public Decision decide(Context context) {
                return Decision.of(new Changes(), DONE);
            }

            @Override
            public Command.Wait wait(Context context) {
                return new Command.Wait(workspace, 2, null, Set.of(KIND));
            }

            @Override
            public boolean isThere(Context context, String kind) {
                throw new RefusedException(Refusal.notLeader());
            }
        };
        List<CompletableFuture<Answer>> answers = List.of(submit(take), submit(take));

        dispatcher.waitRegistry().signal(workspace, KIND);

        assertThat(answers)
                .allSatisfy(answer -> assertThat(answer)
                        .succeedsWithin(PATIENCE)
                        .satisfies(taken -> assertThat(taken.outcome()).isSameAs(DONE)));
    }

    private CompletableFuture<Answer> submit(Command command) {
        return dispatcher.submit(dispatcher.arrive(request("POST", command)), dispatcher.workers());
    }

    private Request request(String method, Command command) {
        Route route = TestRoute.of(method, 1, command);
        return new Request(route, method, List.of(), null, Request.Headers.of("Bearer " + secret), new byte[0], false);
    }

    /** Reads something that is not there, so that what is read is right only if nobody has written meanwhile. */
    private static void look(Context context) {
        assertThat(context.rows().get(Idempotency.REMEMBERED, new byte[2 * Id.BYTES]))
                .isNull();
    }

    private String member(Command.Change change, String name) {
        Outcome outcome = commits.commit(Caller.OPERATOR, change);
        JsonValue.Obj json = (JsonValue.Obj) JsonReader.trusted(((Outcome.Done) outcome).body());
        return ((JsonValue.Text) Objects.requireNonNull(json.get(name))).value();
    }

    /** A thread that has the writer lock from its begin to its end, and writes a record when it is asked. */
    private final class Rival {
        private final BlockingQueue<CompletableFuture<Boolean>> asked = new LinkedBlockingQueue<>();
        private final CompletableFuture<Boolean> locked = new CompletableFuture<>();
        private final CompletableFuture<Boolean> ended = new CompletableFuture<>();
        private boolean begun;

        void begin() {
            if (!begun) {
                begun = true;
                threads.execute(() -> store.write(transaction -> {
                    locked.complete(true);
                    writeUntilTheEnd();
                    return true;
                }));
                locked.join();
            }
        }

        private void writeUntilTheEnd() {
            try {
                for (CompletableFuture<Boolean> next = asked.take(); !next.equals(ended); next = asked.take()) {
                    Outcome unused = commits.commit(Caller.OPERATOR, Access.rememberAdmin(new byte[32]));
                    next.complete(true);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        void write() {
            CompletableFuture<Boolean> written = new CompletableFuture<>();
            asked.add(written);
            CompletableFuture.anyOf(written, ended).join();
        }

        void end() {
            asked.add(ended);
            ended.complete(true);
        }
    }
}
