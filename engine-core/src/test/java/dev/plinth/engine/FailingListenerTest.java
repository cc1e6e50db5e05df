package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Json;
import dev.plinth.engine.client.PlinthClient;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A listener whose library is missing is called once a second, however many events come, and fills no log. */
@Timeout(120)
final class FailingListenerTest {
    private static final int EVENTS = 2_000;

    @Test
    void events_manyForAListenerThatFails_callItOnceASecondAndLogAtABoundedRate() throws InterruptedException {
        AtomicInteger calls = new AtomicInteger();
        AtomicBoolean broken = new AtomicBoolean(true);
        CountDownLatch heard = new CountDownLatch(EVENTS);
        CountDownLatch logged = new CountDownLatch(1);
        try (CapturedLog log = CapturedLog.showing(line -> logged.countDown());
                Engine engine = Engine.builder()
                        .listener("audit", (workspace, event) -> {
                            if (event.type().equals("a.b") && broken.get()) {
                                calls.incrementAndGet();
                                throw new NoClassDefFoundError("com/example/AuditLibrary");
                            }
                            heard.countDown();
                        })
                        .open()) {
            String workspace =
                    engine.admin().createWorkspace("w", "business").call().id();
            PlinthClient client = engine.client(
                    engine.admin().createKey(workspace, "k").call().secret().orElseThrow());
            long began = System.nanoTime();
            for (int i = 0; i < EVENTS; i++) {
                client.publish("a.b", Json.EMPTY_OBJECT).call();
            }
            assertThat(logged.await(60, TimeUnit.SECONDS)).isTrue();
            // Before the time is measured: what comes later belongs to a longer time.
            int called = calls.get();
            int lines = log.lines().size();
            int seconds = (int) TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began);
            assertThat(called).isBetween(1, 2 + seconds);
            assertThat(lines).isBetween(1, 2 + seconds / 60);

            broken.set(false);

            assertThat(heard.await(60, TimeUnit.SECONDS)).isTrue();
        }
    }
}
