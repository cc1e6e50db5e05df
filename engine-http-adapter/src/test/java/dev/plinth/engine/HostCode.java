package dev.plinth.engine;

import dev.plinth.engine.api.Effects;
import dev.plinth.engine.api.Event;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.NewEvent;
import dev.plinth.engine.api.NewResource;
import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.api.ResourceChange;
import dev.plinth.engine.handler.EventContext;
import dev.plinth.engine.handler.JobContext;
import dev.plinth.engine.handler.UnitOfWork;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Code of a host that changes several things in each record: job handlers, a listener, and a unit of work in
 * another handler. A mark in the input is in all that belongs together. Thread-safe.
 */
public final class HostCode {
    /** The job that makes two resources, a child, an event and a further job. */
    public static final String MAKE = "host.make";

    /** The job that MAKE and COUNT start. */
    public static final String FOLLOW = "host.follow";

    /** The job that counts a resource up in a unit of work, again if it runs again. */
    public static final String COUNT = "host.count";

    /** The event of MAKE. */
    public static final String MADE = "host.made";

    /** The event of FOLLOW. */
    public static final String FOLLOWED = "host.followed";

    /** The event of COUNT. */
    public static final String COUNTED = "host.counted";

    /** The event of the listener, for each event of MAKE. */
    public static final String HEARD = "host.heard";

    private final CompletableFuture<Engine> engine = new CompletableFuture<>();

    /** Registers the code. */
    void register(EngineBuilder builder) {
        builder.jobHandler(MAKE, HostCode::make)
                .jobHandler(FOLLOW, HostCode::follow)
                .jobHandler(COUNT, this::countPatiently)
                .listener("host", HostCode::hear);
    }

    /** Sets the engine, for which handlers of earlier jobs wait. */
    void use(Engine opened) {
        boolean unused = engine.complete(opened);
    }

    private static Json make(JobContext job) {
        Effects effects = job.effects();
        String mark = String.valueOf(job.input().asMap().get("mark"));
        String first = effects.create(NewResource.of("made"));
        String second = effects.create(NewResource.of("made"));
        String unused = effects.createChild(first, NewResource.of(mark));
        effects.patch(second, ResourceChange.NONE.withMetadata(Map.of("of", first)));
        effects.publish(NewEvent.of(MADE, marked(mark)).about(first));
        unused = effects.startJob(FOLLOW, marked(mark));
        return Json.of(Map.of("first", first, "second", second));
    }

    private static Json follow(JobContext job) {
        job.effects().publish(FOLLOWED, job.input());
        return Json.EMPTY_OBJECT;
    }

    private static void hear(EventContext context, Event event) {
        if (event.type().equals(MADE)) {
            context.effects().publish(HEARD, event.data());
        }
    }

    private Json countPatiently(JobContext job) {
        Map<String, Object> input = job.input().asMap();
        String mark = String.valueOf(input.get("mark"));
        String counter = String.valueOf(input.get("counter"));
        while (true) {
            try {
                return engine.join().transact(job.workspaceId(), unit -> count(unit, mark, counter));
            } catch (PlinthException refused) {
                if (!refused.code().equals("precondition_failed")) {
                    throw refused;
                }
            }
        }
    }

    private static Json count(UnitOfWork unit, String mark, String counter) {
        Map<String, Object> data = unit.resource(counter).orElseThrow().data().asMap();
        long next = Long.parseLong(String.valueOf(data.get("n"))) + 1;
        unit.effects().patch(counter, ResourceChange.NONE.withData(Json.of(Map.of("n", next))));
        String unused = unit.effects().create(NewResource.of("counted"));
        unit.effects()
                .publish(NewEvent.of(COUNTED, Json.of(Map.of("mark", mark, "n", next)))
                        .about(counter));
        unused = unit.effects().startJob(FOLLOW, marked(mark));
        return Json.of(Map.of("n", next));
    }

    private static Json marked(String mark) {
        return Json.of(Map.of("mark", mark));
    }
}
