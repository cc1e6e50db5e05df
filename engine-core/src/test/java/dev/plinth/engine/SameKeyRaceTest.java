package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.NewEvent;
import dev.plinth.engine.api.OperationResult;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.handler.OperationContext;
import dev.plinth.engine.settings.ManualClock;
import dev.plinth.engine.settings.Plan;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many callers race with one idempotency key for work of the host that is slow and may fail: it succeeds once (contract §5). */
@Timeout(120)
@Tag("scaled")
final class SameKeyRaceTest {
    private static final int CALLERS = 12;
    private static final int ROUNDS = TestScale.count(300);
    private static final int FAILS_ONE_IN = 10;
    private static final Plan PLAN = Plan.perMinute("race", 1_000_000);

    private final ExecutorService pool = Executors.newFixedThreadPool(CALLERS);
    private final AtomicInteger runs = new AtomicInteger();
    private final AtomicInteger failuresLeft = new AtomicInteger();
    private final Engine engine = Engine.builder()
            .testClock(ManualClock.startingAt(Instant.parse("2026-01-01T00:00:00Z")))
            .plan(PLAN)
            .operation("pay", this::pay)
            .open();
    private final String key = engine.admin()
            .createKey(
                    engine.admin().createWorkspace("acme", PLAN.name()).call().id(), "k")
            .call()
            .secret()
            .orElseThrow();
    private final AtomicInteger calls = new AtomicInteger();
    private int failures;

    @AfterEach
    void close() {
        engine.close();
        pool.shutdownNow();
    }

    @Test
    void oneKey_callersWaitRetryAndMisuseIt_workSucceedsOnce() throws Exception {
        String resource = send(create()).header("Location");
        for (int round = 0; round < ROUNDS; round++) {
            int fails = round % FAILS_ONE_IN == 0 ? 2 : 0;
            failuresLeft.set(fails);
            int before = runs.get();
            ConcurrentLinkedQueue<Answered> answers = new ConcurrentLinkedQueue<>();
            String name = "round-" + round;
            new CallHistory().by(pool, CALLERS, caller -> answers.add(ask(resource, name, caller)));
            Answered last;
            do {
                last = ask(resource, name, 0);
                answers.add(last);
            } while (last.status() == 500);
            check(name, List.copyOf(answers), runs.get() - before, fails);
        }
        assertThat(events()).isEqualTo(ROUNDS);
        long left = (long) PLAN.requests() - calls.get() + failures;
        assertThat(engine.call(Call.of("GET", "/v1/rate-limit").withKey(key)).text())
                .as("units of calls that did not fail")
                .contains("\"remaining\":" + left);
    }

    private void check(String name, List<Answered> all, int ran, int fails) {
        List<Answered> done = all.stream().filter(each -> each.status() == 200).toList();
        long executed = done.stream().filter(each -> !each.isReplay()).count();
        long failed = all.stream().filter(each -> each.status() == 500).count();
        failures += (int) failed;
        assertThat(executed).as("%s: %s", name, all).isEqualTo(1);
        assertThat(failed).as("%s: %s", name, all).isEqualTo(fails);
        assertThat(ran).as("%s: runs", name).isEqualTo(1 + fails);
        Answered winner = done.get(0);
        for (Answered each : all) {
            boolean same = each.other() == winner.other();
            if (each.status() == 200) {
                assertThat(each.body()).as("%s: %s", name, all).isEqualTo(winner.body());
                assertThat(same).as("%s: %s", name, all).isTrue();
            } else if (each.status() == 422) {
                assertThat(each.body()).contains("idempotency_key_reused");
                assertThat(same && fails == 0).as("%s: %s", name, all).isFalse();
            } else if (each.status() == 409) {
                assertThat(each.body()).contains("idempotency_key_in_use");
                assertThat(each.waits() && fails == 0).as("%s: %s", name, all).isFalse();
            } else {
                assertThat(each.status()).isEqualTo(500);
            }
        }
    }

    /** A third would wait, and one has another body. */
    private Answered ask(String resource, String name, int caller) {
        boolean waits = caller % 3 == 0;
        boolean other = caller == CALLERS - 1;
        Call call = Call.of("POST", resource + "/operations/pay")
                .withHeader("Idempotency-Key", name)
                .withBody(Json.of("{\"input\":{\"n\":" + (other ? 2 : 1) + "}}"));
        Reply reply = send(waits ? call.withHeader("Prefer", "wait=30") : call);
        return new Answered(reply.status(), reply.header("Idempotent-Replayed") != null, reply.text(), waits, other);
    }

    private OperationResult pay(OperationContext operation) {
        int run = runs.incrementAndGet();
        Thread.yield();
        if (failuresLeft.getAndDecrement() > 0) {
            throw new IllegalStateException("run " + run + " fails, as it should");
        }
        operation
                .effects()
                .publish(NewEvent.of("payment.processed", Json.EMPTY_OBJECT).about(operation.resourceId()));
        return OperationResult.of(Json.of(Map.of("run", run)));
    }

    private int events() {
        int events = 0;
        String cursor = "";
        do {
            Reply reply = send(Call.of("GET", "/v1/events?type=payment.processed&limit=100" + cursor));
            Map<String, Object> page = Json.trusted(reply.body()).asMap();
            events += ((List<?>) page.get("data")).size();
            cursor = page.get("nextCursor") == null ? "" : "&cursor=" + page.get("nextCursor");
        } while (!cursor.isEmpty());
        return events;
    }

    private Reply send(Call call) {
        calls.incrementAndGet();
        return engine.call(call.withKey(key));
    }

    private static Call create() {
        return Call.of("POST", "/v1/resources").withBody(Json.of("{\"name\":\"r\"}"));
    }

    /** Holds what a caller was told. */
    private record Answered(int status, boolean isReplay, String body, boolean waits, boolean other) {}
}
