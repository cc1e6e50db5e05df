package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Reply;
import dev.plinth.engine.http.connection.Deadlines;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A client that is slow in one phase is cut there, and nowhere else. */
class DeadlinesTest {
    private static final Duration SHORT = Duration.ofMillis(200);

    /** Deadlines for tests in which a request has to be answered before the deadline cuts: a slow machine takes its time with the first one. */
    private static final Duration MIDDLE = Duration.ofSeconds(6);

    private static final Duration LONG = Duration.ofMinutes(1);

    private final FakeCallService calls = new FakeCallService();
    private EngineServer server;

    @AfterEach
    void stop() {
        server.close();
    }

    private RawClient connect(Duration headers, Duration body, Duration idle) throws IOException {
        server = EngineServer.start(
                (executor, audiences) -> calls,
                "127.0.0.1",
                0,
                new Deadlines(headers, body, LONG, idle, LONG, LONG, SHORT));
        return new RawClient(server.port());
    }

    @Test
    void headers_neverComplete_cut() throws IOException {
        try (RawClient client = connect(SHORT, LONG, LONG)) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n");

            assertThat(client.isAtEnd()).isTrue();
        }
        assertThat(calls.calls).isEmpty();
    }

    @Test
    void headers_dribbling_cutAllTheSame() throws IOException {
        try (RawClient client = connect(SHORT, LONG, LONG)) {
            client.send("GET / HTTP/1.1\r\nX: ");

            assertThat(client.dribbleUntilClosed('a')).isTrue();
        }
    }

    @Test
    void emptyLines_dribblingBeforeTheRequest_cut() throws IOException {
        try (RawClient client = connect(SHORT, LONG, LONG)) {
            assertThat(client.dribbleUntilClosed('\r', '\n')).isTrue();
        }
    }

    @Test
    void headers_ofASecondRequest_cut() throws IOException {
        try (RawClient client = connect(MIDDLE, LONG, LONG)) {
            assertThat(client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").read().status())
                    .isEqualTo(200);
            client.send("GET / HT");

            assertThat(client.isAtEnd()).isTrue();
        }
    }

    @Test
    void body_neverComplete_cut() throws IOException {
        try (RawClient client = connect(LONG, SHORT, LONG)) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabc");

            assertThat(client.isAtEnd()).isTrue();
        }
        assertThat(calls.calls).isEmpty();
    }

    @Test
    void connection_idle_cut() throws IOException {
        try (RawClient client = connect(LONG, LONG, MIDDLE)) {
            assertThat(client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").read().status())
                    .isEqualTo(200);

            assertThat(client.isAtEnd()).isTrue();
        }
    }

    @Test
    void connection_neverUsed_cut() throws IOException {
        try (RawClient client = connect(LONG, LONG, SHORT)) {
            assertThat(client.isAtEnd()).isTrue();
        }
    }

    @Test
    void engine_slowerThanEveryDeadline_waitedFor() throws IOException {
        calls.answer = call -> new CompletableFuture<Reply>()
                .completeOnTimeout(FakeCallService.ok("late"), MIDDLE.toMillis() * 3 / 2, TimeUnit.MILLISECONDS);
        try (RawClient client = connect(MIDDLE, MIDDLE, MIDDLE)) {
            assertThat(client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").read().text())
                    .isEqualTo("late");
        }
    }
}
