package dev.plinth.engine;

import static dev.plinth.engine.DeferredEngine.await;
import static dev.plinth.engine.DeferredEngine.early;
import static dev.plinth.engine.DeferredEngine.events;
import static dev.plinth.engine.DeferredEngine.waits;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.OperationResult;
import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.api.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Nothing leaves a whole engine before the record that it tells of is durable, whatever becomes of the record. */
@Timeout(120)
@Tag("scaled")
final class DurableBeforeVisibleTest {
    private static final String RESOURCE = "{\"name\":\"r\"}";

    private final List<Json> shown = new CopyOnWriteArrayList<>();
    private final AtomicInteger jobsRun = new AtomicInteger();
    private final DeferredEngine late = DeferredEngine.open(builder -> builder.operation("look", operation -> {
                shown.add(operation.resource());
                return OperationResult.of(Json.of("{}"));
            })
            .jobHandler("note", job -> {
                jobsRun.incrementAndGet();
                return null;
            }));

    /** Returns what the log says after a while of all that is in flight. */
    enum Fate {
        DURABLE,
        FENCED,
        UNKNOWN;

        void meets(DeferredEngine late) {
            switch (this) {
                case DURABLE -> late.journal.letGo();
                case FENCED -> late.journal.fenced(late.journal.durable() + 1);
                case UNKNOWN -> late.journal.unknown(late.journal.durable() + 1);
            }
        }
    }

    @AfterEach
    void close() {
        late.close();
    }

    @ParameterizedTest
    @EnumSource
    void listener_eventInFlight_isToldOnceItIsDurableOrNever(Fate fate) {
        late.begin();
        late.journal.hold();
        long first = late.append("events", "POST", "/v1/resources", RESOURCE);
        long second = late.append("events", "POST", "/v1/resources", RESOURCE);

        late.journal.durable(first);
        await(() -> late.heard.size() == 2 || late.heard.size() == 1 && waits(late.listening()));
        assertThat(events(late.heard)).isEqualTo(late.eventsUpTo(first));
        fate.meets(late);
        List<String> survivors = late.eventsUpTo(fate == Fate.DURABLE ? second : first);
        await(() -> late.heard.size() >= survivors.size());
        late.close();

        assertThat(events(late.heard)).isEqualTo(survivors);
        assertThat(early(late.heard)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void webhook_eventInFlight_isSentOnceItIsDurableOrNever(Fate fate) {
        late.sendWebhooks();
        late.begin();
        late.journal.hold();
        long first = late.append("events", "POST", "/v1/resources", RESOURCE);
        long second = late.append("events", "POST", "/v1/resources", RESOURCE);

        late.journal.durable(first);
        await(() -> late.received.size() == 2 || late.attemptWaits());
        assertThat(early(late.received)).isEmpty();
        fate.meets(late);
        int least = fate == Fate.DURABLE ? 2 : 0;
        await(() -> late.received.size() >= least);
        late.close();

        assertThat(events(late.received))
                .hasSizeGreaterThanOrEqualTo(least)
                .doesNotHaveDuplicates()
                .isSubsetOf(late.eventsUpTo(fate == Fate.DURABLE ? second : first));
        assertThat(early(late.received)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void stream_eventInFlight_isShownOnceItIsDurableOrNever(Fate fate) {
        late.stream();
        late.begin();
        late.journal.hold();
        long first = late.append("events", "POST", "/v1/resources", RESOURCE);
        long second = late.append("events", "POST", "/v1/resources", RESOURCE);

        late.journal.durable(first);
        fate.meets(late);
        int least = fate == Fate.DURABLE ? 2 : 0;
        await(() -> late.streamed.size() >= least);
        late.close();

        List<String> survivors = late.eventsUpTo(fate == Fate.DURABLE ? second : first);
        assertThat(events(late.streamed))
                .hasSizeGreaterThanOrEqualTo(least)
                .isEqualTo(survivors.subList(0, late.streamed.size()));
        assertThat(early(late.streamed)).isEmpty();
    }

    /** Else a crash would make the receiver see the first event again behind the second. */
    @ParameterizedTest
    @EnumSource
    void webhook_oneBeforeItIsDeliveredButThatIsInFlight_isSentOnceThatIsDurableOrNever(Fate fate) {
        late.sendWebhooks();
        late.begin();
        late.holdAnswers();
        String resource = late.make("/v1/resources", RESOURCE);
        await(() -> late.received.size() == 1);
        late.journal.hold();
        long patched = late.append("events", "PATCH", "/v1/resources/" + resource, "{\"name\":\"s\"}");

        late.answer();
        await(() -> late.last("attempts") > patched);
        late.journal.durable(patched);
        assertThat(late.received).hasSize(1);
        fate.meets(late);
        int expected = fate == Fate.DURABLE ? 2 : 1;
        await(() -> late.received.size() >= expected);
        late.close();

        assertThat(events(late.received)).isEqualTo(late.eventsUpTo(patched).subList(0, expected));
    }

    @ParameterizedTest
    @EnumSource
    void job_inFlight_runsOnceItIsDurableOrNever(Fate fate) {
        late.begin();
        late.journal.hold();
        long first = late.append("events", "POST", "/v1/resources", RESOURCE);
        late.append("jobs", "POST", "/v1/jobs", "{\"type\":\"note\",\"input\":{}}");
        Thread timers = late.timers();

        late.journal.durable(first);
        await(() -> jobsRun.get() > 0 || waits(timers));
        assertThat(jobsRun).hasValue(0);
        fate.meets(late);
        int expected = fate == Fate.DURABLE ? 1 : 0;
        await(() -> jobsRun.get() >= expected);
        late.close();

        assertThat(jobsRun).hasValue(expected);
    }

    @ParameterizedTest
    @EnumSource
    void operation_ofTheHostOnARowInFlight_runsOnceItIsDurableOrNever(Fate fate) throws InterruptedException {
        String resource = late.make("/v1/resources", RESOURCE);
        late.journal.hold();
        late.append("events", "PATCH", "/v1/resources/" + resource, "{\"name\":\"s\"}");
        String path = "/v1/resources/" + resource + "/operations/look";
        AtomicReference<Reply> reply = new AtomicReference<>();
        Thread caller = new Thread(() -> reply.set(late.engine().call(late.asked("POST", path, "{}"))));

        caller.start();
        await(() -> !shown.isEmpty() || waits(caller));
        assertThat(shown).isEmpty();
        fate.meets(late);
        caller.join();

        assertThat(shown).hasSize(fate == Fate.DURABLE ? 1 : 0);
        assertThat(reply.get().status()).isEqualTo(fate == Fate.DURABLE ? 200 : 503);
    }

    @ParameterizedTest
    @EnumSource
    void workOfTheHost_workspaceActivatedInFlight_runsOnceThatIsDurableOrNever(Fate fate) throws InterruptedException {
        late.engine().admin().suspend(late.workspace()).call();
        late.journal.hold();
        CompletableFuture<?> activated =
                late.engine().admin().activate(late.workspace()).submit();
        assertThat(activated).isNotDone();
        AtomicInteger runs = new AtomicInteger();
        Thread caller = new Thread(() -> runOnce(runs));

        caller.start();
        await(() -> runs.get() > 0 || waits(caller));
        assertThat(runs).hasValue(0);
        fate.meets(late);
        caller.join();

        assertThat(runs).hasValue(fate == Fate.DURABLE ? 1 : 0);
    }

    @Test
    void everything_besideWriters_arrivesOnceInOrderAndNeverEarly() throws Exception {
        late.sendWebhooks();
        late.stream();
        late.begin();
        int writers = 4;
        int changes = TestScale.count(1_000) / writers;
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < writers; i++) {
            threads.add(new Thread(() -> changeOneResource(changes)));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }

        int all = writers * (changes + 1);
        await(() -> late.heard.size() >= all && late.received.size() >= all && late.streamed.size() >= all);
        late.close();
        List<String> events = late.eventsUpTo(Long.MAX_VALUE);
        assertThat(events(late.heard)).isEqualTo(events);
        assertThat(events(late.streamed)).isEqualTo(events);
        assertThat(events(late.received)).containsExactlyInAnyOrderElementsOf(events);
        assertThat(late.byResource(events(late.received))).isEqualTo(late.byResource(events));
        assertThat(early(late.heard)).isEmpty();
        assertThat(early(late.streamed)).isEmpty();
        assertThat(early(late.received)).isEmpty();
    }

    private void changeOneResource(int changes) {
        String resource = late.make("/v1/resources", RESOURCE);
        for (int i = 0; i < changes; i++) {
            Reply reply =
                    late.engine().call(late.asked("PATCH", "/v1/resources/" + resource, "{\"name\":\"n" + i + "\"}"));
            assertThat(reply.status()).isEqualTo(200);
        }
    }

    private void runOnce(AtomicInteger runs) {
        try {
            late.engine().idempotent(late.workspace(), "k-1", "f", () -> {
                runs.incrementAndGet();
                return Json.of("{}");
            });
        } catch (PlinthException refused) {
            assertThat(refused.status()).isEqualTo(503);
        }
    }
}
