package dev.plinth.engine.http.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.Engine;
import dev.plinth.engine.TestScale;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.http.EngineServer;
import dev.plinth.engine.settings.Plan;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The console under load: a live tail with many events a second, and a long list of jobs. Chromium's Event Timing tells how long each interaction
 * took from the key to the next frame. The test prints that, and asserts that the page answers at all.
 */
@Tag("scaled")
@Tag("slow")
class ConsoleLoadIT extends ConsoleBrowsing {
    private static final int EVENTS_PER_SECOND = TestScale.count(100, 1_000, 1_000);
    private static final int JOBS = TestScale.count(1_000, 10_000, 10_000);
    private static final int INTERACTIONS = TestScale.count(10, 40, 40);
    private static final int TICK_MILLIS = 10;

    /** Chromium tells only of interactions that took this long. */
    private static final int LEAST_MILLIS = 16;

    private final Engine engine = Engine.builder()
            .inMemory()
            .plan(Plan.perMinute("load", Plan.REQUESTS_MAX).withQueuedJobsMax(2 * JOBS))
            .open();
    private final EngineServer server =
            EngineServer.builder(engine).port(0).console().start();
    private final String workspace =
            engine.admin().createWorkspace("Load", "load").call().id();
    private final String key =
            engine.admin().createKey(workspace, "load").call().secret().orElseThrow();
    private final PlinthClient client = engine.workspace(workspace);
    private final AtomicLong published = new AtomicLong();
    private final ScheduledExecutorService publisher = Executors.newSingleThreadScheduledExecutor();

    ConsoleLoadIT() throws IOException {}

    @AfterEach
    void end() {
        publisher.shutdownNow();
        server.close(Duration.ZERO);
        engine.close();
    }

    private void signIn() throws IOException {
        begin(WIDE, false);
        signIn(server.uri() + "/console/", key);
    }

    /** Begins to count interactions from here on. */
    private void observe() throws IOException {
        browser.run("window.interactions = new Map(); window.observer?.disconnect(); window.observer = new"
                + " PerformanceObserver((list) => list.getEntries().forEach((each) => each.interactionId &&"
                + " interactions.set(each.interactionId, Math.max(each.duration, interactions.get(each.interactionId) ||"
                + " 0)))); observer.observe({type: 'event', durationThreshold: 16, buffered: false})");
    }

    /** Focuses the button with this text and presses it by the keyboard. */
    private void push(String expression) throws IOException {
        browser.await(expression);
        browser.run(expression + ".focus()");
        browser.press("Enter");
    }

    private void report(String what, int interactions) throws IOException {
        List<?> told = (List<?>) Objects.requireNonNull(browser.script("return [...interactions.values()]"));
        List<Long> slow =
                told.stream().map(each -> ((Number) each).longValue()).sorted().toList();
        // Chromium does not tell of quicker ones.
        int quick = Math.max(0, interactions - slow.size());
        int place = (int) Math.ceil(0.95 * (quick + slow.size())) - 1 - quick;
        long p95 = place < 0 ? LEAST_MILLIS : slow.get(place);
        long most = slow.isEmpty() ? LEAST_MILLIS : slow.get(slow.size() - 1);
        System.out.println("plinth: console, " + what + ": interaction p95 at most " + p95 + " ms, longest " + most
                + " ms, of " + interactions);
    }

    @Test
    void liveTail_underLoad_stillAnswers() throws IOException {
        signIn();
        browser.visit("#/events");
        browser.await("document.querySelector('[data-live=yes]')");
        long began = System.nanoTime();
        ScheduledFuture<?> unused = publisher.scheduleAtFixedRate(this::publish, 0, TICK_MILLIS, TimeUnit.MILLISECONDS);
        browser.await("document.querySelectorAll('.tail-row').length === 100");
        observe();

        for (int i = 0; i < INTERACTIONS; i++) {
            push("[...document.querySelectorAll('.bar button')].find((each) => each.textContent === 'Pause')");
            browser.await("document.body.innerText.includes(' wait')");
            push("[...document.querySelectorAll('.bar button')].find((each) => each.textContent === 'Go on')");
            push("document.querySelector('.tail-row')");
            browser.await("document.querySelector('.live').textContent === 'Live'");
        }

        long seconds = Math.max(1, TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began));
        report(published.get() / seconds + " events a second in the live tail", 3 * INTERACTIONS);
        assertThat(browser.is("document.querySelectorAll('.tail-row').length <= 100"))
                .isTrue();
        assertThat(browser.complaints()).isEmpty();
    }

    private void publish() {
        for (int i = 0; i < EVENTS_PER_SECOND * TICK_MILLIS / 1_000; i++) {
            client.publish("payment.processed", Json.of("{\"amount\":12,\"currency\":\"EUR\",\"name\":\"Order\"}"))
                    .call();
            published.incrementAndGet();
        }
    }

    @Test
    void jobs_inALongList_stillAnswer() throws IOException {
        for (int i = 0; i < JOBS; i++) {
            client.startJob("nobody.does.this", Json.EMPTY_OBJECT).call();
        }
        signIn();
        browser.visit("#/jobs");
        browser.await("document.querySelectorAll('tbody tr').length === 50");
        observe();

        for (int i = 0; i < INTERACTIONS; i++) {
            push("[...document.querySelectorAll('.pager button')].at(-1)");
            browser.awaitText("Page " + (i + 2));
            browser.settle();
        }

        report(JOBS + " jobs in the list", INTERACTIONS);
        assertThat(browser.is("document.querySelectorAll('tbody tr').length === 50"))
                .isTrue();
        assertThat(browser.complaints()).isEmpty();
    }
}
