package dev.plinth.engine.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.Engine;
import dev.plinth.engine.api.ApiKey;
import dev.plinth.engine.api.Event;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Workspace;
import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.handler.EventContext;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Listeners in this JVM hear every event in commit order, whatever they do with it. */
final class EventListenerTest {
    private static final int RESOURCES = 40;
    private static final String LAST = "the.last";

    private final Gate gate = new Gate();
    private final CountDownLatch toHear = new CountDownLatch(3);
    private final Heard quick = new Heard();
    private final Heard slow = new Heard();
    private final Heard throwing = new Heard();

    @RegisterExtension
    final PlinthExtension plinth = PlinthExtension.builder()
            .plan("business")
            .engine(engine -> engine.listener("quick", quick::add)
                    .listener("slow", (context, event) -> {
                        if (event.type().equals("please.wait")) {
                            gate.pass();
                        }
                        slow.add(context, event);
                    })
                    .listener("throwing", (context, event) -> {
                        throwing.add(context, event);
                        if (event.type().equals("please.throw")) {
                            throwTwice();
                        }
                    }))
            .build();

    @Test
    void listener_ofWritesByManyThreads_hearsTheOrderOfCommits(
            Engine engine, PlinthClient client, ApiKey key, Workspace workspace) {
        IntStream.range(0, RESOURCES)
                .parallel()
                .forEach(i -> client.resources().create("R" + i).call());
        client.publish(LAST, Json.EMPTY_OBJECT).call();
        quick.awaitLast();

        List<String> committed = new ArrayList<>();
        Door.data(Door.inProcess(engine).get(key.secret().orElseThrow(), "/v1/events?limit=100"))
                .forEach(event -> committed.add((String) event.get("id")));
        Collections.reverse(committed);
        assertThat(committed).hasSizeGreaterThan(RESOURCES);
        assertThat(quick.ids(workspace)).containsExactlyElementsOf(committed);
    }

    @Test
    void listener_thatIsSlow_holdsBackNeitherCallersNorOthersAndMissesNothing(
            PlinthClient client, Workspace workspace) {
        client.publish("please.wait", Json.EMPTY_OBJECT).call();
        gate.awaitSomebody();
        for (int i = 0; i < RESOURCES; i++) {
            client.resources().create("R" + i).call();
        }
        client.publish(LAST, Json.EMPTY_OBJECT).call();
        quick.awaitLast();
        assertThat(slow.types(workspace)).doesNotContain("please.wait", "resource.created");

        gate.letThrough();
        slow.awaitLast();
        assertThat(slow.ids(workspace)).containsExactlyElementsOf(quick.ids(workspace));
    }

    @Test
    void listener_thatThrows_getsTheSameEventAgainBeforeTheNext(PlinthClient client, Workspace workspace)
            throws InterruptedException {
        client.publish("please.throw", Json.EMPTY_OBJECT).call();
        assertThat(toHear.await(Heard.SECONDS_MAX, TimeUnit.SECONDS))
                .as("it comes again without another event")
                .isTrue();
        client.publish(LAST, Json.EMPTY_OBJECT).call();
        throwing.awaitLast();
        quick.awaitLast();
        assertThat(throwing.types(workspace)).endsWith("please.throw", "please.throw", "please.throw", LAST);
        assertThat(quick.types(workspace)).endsWith("please.throw", LAST);
    }

    @Test
    void close_whileAListenerHasAnEvent_waitsForItsEndAndGivesItNoOther() throws InterruptedException {
        Heard heard = new Heard();
        Engine engine = Engine.builder()
                .createDefaultWorkspace(true)
                .listener("gated", (context, event) -> {
                    gate.pass();
                    heard.add(context, event);
                })
                .open();
        PlinthClient client = engine.client(engine.firstStart().orElseThrow().key());
        client.publish("the.first", Json.EMPTY_OBJECT).call();
        client.publish("the.second", Json.EMPTY_OBJECT).call();
        gate.awaitSomebody();
        Thread closer = new Thread(engine::close);
        closer.start();
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(4);
        while (closer.isAlive() && !isAnyThreadIn("EventFeed", "drain")) {
            assertThat(System.nanoTime()).as("time until close waits").isLessThan(end);
            Thread.onSpinWait();
        }

        gate.letThrough();
        closer.join();

        assertThat(heard.all).hasSize(1);
    }

    /** An engine closes on a thread of its own, so that it can end the wait for one that hangs. */
    private static boolean isAnyThreadIn(String type, String method) {
        return Thread.getAllStackTraces().values().stream()
                .flatMap(Stream::of)
                .anyMatch(frame -> frame.getClassName().endsWith("." + type)
                        && frame.getMethodName().equals(method));
    }

    private void throwTwice() {
        long before = toHear.getCount();
        toHear.countDown();
        if (before == 3) {
            throw new IllegalStateException("on purpose");
        }
        if (before == 2) {
            throw new AssertionError("on purpose");
        }
    }

    /** Holds what one listener has heard. */
    private static final class Heard {
        private static final long SECONDS_MAX = 120;

        private final List<Said> all = Collections.synchronizedList(new ArrayList<>());
        private final CountDownLatch last = new CountDownLatch(1);

        void add(EventContext context, Event event) {
            all.add(new Said(context.workspaceId(), event));
            if (event.type().equals(LAST)) {
                last.countDown();
            }
        }

        void awaitLast() {
            try {
                assertThat(last.await(SECONDS_MAX, TimeUnit.SECONDS))
                        .as("the last event arrives")
                        .isTrue();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("Expected the last event, but the wait for it was interrupted", e);
            }
        }

        List<String> ids(Workspace workspace) {
            return of(workspace).map(Event::id).toList();
        }

        List<String> types(Workspace workspace) {
            return of(workspace).map(Event::type).toList();
        }

        private Stream<Event> of(Workspace workspace) {
            return List.copyOf(all).stream()
                    .filter(said -> said.workspaceId().equals(workspace.id()))
                    .map(Said::event);
        }
    }

    private record Said(String workspaceId, Event event) {}
}
