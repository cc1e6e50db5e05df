package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.TraceParent;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The events of the engine in a flight recording. */
@Timeout(120)
class JfrTest {
    private static final TraceParent TRACE =
            TraceParent.of("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", true);
    private static final Set<String> NAMES = Set.of(
            "dev.plinth.Commit",
            "dev.plinth.Sync",
            "dev.plinth.Snapshot",
            "dev.plinth.WriterHold",
            "dev.plinth.Job",
            "dev.plinth.Delivery");

    @TempDir
    private Path directory;

    @Test
    void recording_ofAllKindsOfWork_hasTheirEvents() throws Exception {
        AtomicInteger ended = new AtomicInteger();
        try (Recording recording = new Recording();
                TestEngine engine = TestEngine.open(builder ->
                        builder.directory(directory.resolve("store")).jobHandler("ship", job -> Json.EMPTY_OBJECT))) {
            NAMES.forEach(name -> recording.enable(name).withoutThreshold());
            recording.start();
            engine.hear(body -> ended.addAndGet(body.contains("job.succeeded") ? 1 : 0));
            engine.endpoint();
            String job = TestEngine.id(engine.engine()
                    .call(Call.of("POST", "/v1/jobs")
                            .withKey(engine.key())
                            .withHeader(TraceParent.HEADER, TRACE.toString())
                            .withBody(Json.of("{\"type\":\"ship\",\"input\":{}}"))));
            await(engine, ended);
            engine.engine().store().snapshot();
            recording.stop();

            List<RecordedEvent> events = events(recording);

            assertThat(events)
                    .extracting(event -> event.getEventType().getName())
                    .containsAll(NAMES);
            RecordedEvent ran = first(events, "dev.plinth.Job");
            assertThat(ran.getString("job")).isEqualTo(job);
            assertThat(ran.getString("type")).isEqualTo("ship");
            assertThat(ran.getInt("attempt")).isOne();
            assertThat(ran.getString("trace")).isEqualTo(TRACE.traceId());
            RecordedEvent sent = first(events, "dev.plinth.Delivery");
            assertThat(sent.getString("result")).isEqualTo("delivered");
            assertThat(sent.getInt("status")).isEqualTo(200);
            assertThat(sent.getString("workspace")).startsWith("ws_");
            assertThat(first(events, "dev.plinth.Commit").getInt("rows")).isPositive();
            assertThat(first(events, "dev.plinth.Snapshot").getBoolean("made")).isTrue();
            assertThat(first(events, "dev.plinth.Sync").getDuration()).isPositive();
        }
    }

    /** Short ones would fill a recording, so a recording with the defaults leaves them out. */
    @Test
    void recording_withDefaults_hasOnlyLongCommitsAndHolds() throws IOException {
        try (Recording recording = new Recording();
                TestEngine engine = TestEngine.inMemory()) {
            recording.start();
            for (int i = 0; i < 20; i++) {
                engine.make("/v1/resources", "{\"name\":\"a\"}");
            }
            recording.stop();

            assertThat(events(recording))
                    .allSatisfy(event -> assertThat(event.getDuration())
                            .isGreaterThanOrEqualTo(
                                    event.getEventType().getName().equals("dev.plinth.Commit")
                                            ? Duration.ofMillis(1)
                                            : Duration.ofMillis(20)));
        }
    }

    private List<RecordedEvent> events(Recording recording) throws IOException {
        Path file = directory.resolve("recording.jfr");
        recording.dump(file);
        List<RecordedEvent> events = new ArrayList<>();
        for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
            if (event.getEventType().getName().startsWith("dev.plinth.")) {
                events.add(event);
            }
        }
        return events;
    }

    private static RecordedEvent first(List<RecordedEvent> events, String name) {
        return events.stream()
                .filter(event -> event.getEventType().getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static void await(TestEngine engine, AtomicInteger count) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (count.get() == 0) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            engine.pass(Duration.ofSeconds(1));
            boolean unused = new CountDownLatch(1).await(5, TimeUnit.MILLISECONDS);
        }
        engine.pass(Duration.ZERO);
    }
}
