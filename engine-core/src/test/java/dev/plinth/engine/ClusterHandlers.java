package dev.plinth.engine;

import dev.plinth.engine.api.Event;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.NewResource;
import dev.plinth.engine.handler.EventContext;
import dev.plinth.engine.handler.JobContext;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The host's code on the nodes of a simulated cluster. Tells what it was called with. Thread-safe. */
final class ClusterHandlers {
    static final String QUICK = "quick";
    static final String SLOW = "slow";

    /** The type of jobs that no node handles, but workers do. */
    static final String AWAY = "away";

    static final String TICK = "host.tick";
    private static final int LOOK_MILLIS = 10;

    final Queue<String> heard = new ConcurrentLinkedQueue<>();
    final Queue<String> ran = new ConcurrentLinkedQueue<>();
    private volatile CountDownLatch gate = new CountDownLatch(1);

    void addTo(EngineBuilder builder) {
        builder.jobHandler(QUICK, this::run);
        builder.jobHandler(SLOW, job -> {
            CountDownLatch mine = gate;
            boolean ends = false;
            while (!ends) {
                ends = mine.await(LOOK_MILLIS, TimeUnit.MILLISECONDS) || job.isCancelRequested();
            }
            return run(job);
        });
        builder.listener("audit", this::onEvent);
    }

    /** Lets slow jobs end that have begun. */
    void openGate() {
        CountDownLatch before = gate;
        gate = new CountDownLatch(1);
        before.countDown();
    }

    /** Lets slow jobs end for good. */
    void openGateForGood() {
        gate.countDown();
    }

    private Json run(JobContext job) {
        ran.add(job.jobId());
        job.effects().create(NewResource.of("of-" + job.jobId()));
        return Json.of("{\"done\":" + job.input().at("/n").orElseThrow() + "}");
    }

    private void onEvent(EventContext context, Event event) {
        heard.add(event.id());
        if (event.type().equals(TICK)) {
            context.effects().create(NewResource.of("of-" + event.id()));
        }
    }
}
