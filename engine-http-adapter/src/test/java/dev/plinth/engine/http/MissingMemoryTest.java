package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Reply;
import dev.plinth.engine.http.connection.Deadlines;
import dev.plinth.engine.server.Admission;
import java.io.IOException;
import java.time.Duration;
import java.util.AbstractMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An error on the way of a request is noted, wherever it is thrown, and the client does not wait for ever. */
class MissingMemoryTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    private final FakeCallService calls = new FakeCallService();
    private final OutOfMemoryError noMemory = new OutOfMemoryError("none, says the test");
    private EngineServer server;
    private RawClient client;

    @BeforeEach
    void start() throws IOException {
        server = EngineServer.start((executor, audiences) -> calls, "127.0.0.1", 0, Deadlines.STANDARD);
        client = new RawClient(server.port());
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        server.close(Duration.ZERO);
    }

    /** Headers that cannot be written. */
    private Map<String, String> noHeaders() {
        return new AbstractMap<>() {
            @Override
            public Set<Map.Entry<String, String>> entrySet() {
                throw noMemory;
            }
        };
    }

    @Test
    void answer_thatCannotBeWritten_isNotedAndEndsTheRequest() throws IOException {
        calls.answer = call -> CompletableFuture.completedFuture(Reply.of(200, noHeaders(), new byte[0]));

        assertThat(client.send(GET).read().status()).isEqualTo(500);

        assertThat(calls.errors).contains(noMemory);
    }

    @Test
    void stream_whoseFirstPartCannotBeWritten_isNotedAndCounted() throws IOException {
        calls.answer = call -> CompletableFuture.completedFuture(
                Reply.of(200, Map.of(), new byte[] {':'}).withRest(() -> {
                    throw noMemory;
                }));

        assertThat(client.send(GET).text()).contains(":");

        assertThat(calls.errors).contains(noMemory);
        assertThat(server.bounds().streams().open()).isZero();
    }

    @Test
    void stream_whoseNextPartFails_isNotedAndEnds() throws IOException {
        calls.answer = call -> CompletableFuture.completedFuture(
                Reply.of(200, Map.of(), new byte[] {':'}).withRest(() -> CompletableFuture.failedFuture(noMemory)));

        assertThat(client.send("GET / HTTP/1.0\r\n\r\n").text()).contains(":");

        assertThat(calls.errors).contains(noMemory);
    }

    @Test
    void body_thatComesLaterAndCannotBeTaken_isNotedAndEndsTheRequest() throws IOException {
        calls.admission = whole -> new Brittle(whole, noMemory);
        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n");
        assertThat(client.read().status()).isEqualTo(100);

        assertThat(client.send("x").read().status()).isEqualTo(500);

        assertThat(calls.errors).contains(noMemory);
    }

    @Test
    void body_thatComesWithItsHeadersAndCannotBeTaken_isNotedAndGivenBack() throws IOException {
        calls.admission = whole -> new Brittle(whole, noMemory);

        RawReply reply = client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx")
                .read();

        assertThat(reply.status()).isEqualTo(500);
        assertThat(calls.errors).contains(noMemory);
        assertThat(server.bounds().bodies().inFlight()).isZero();
    }

    /** Has no memory for a body. */
    private record Brittle(Admission whole, OutOfMemoryError noMemory) implements Admission {
        @Override
        public boolean isRefused() {
            return false;
        }

        @Override
        public Optional<String> payer() {
            return Optional.empty();
        }

        @Override
        public boolean takesBody() {
            return true;
        }

        @Override
        public int bodyBytesMax() {
            return FakeCallService.BODY_BYTES_MAX;
        }

        @Override
        public CompletableFuture<Reply> submit(byte[] body, LongPredicate memory) {
            throw noMemory;
        }

        @Override
        public CompletableFuture<Reply> submitTooLarge() {
            return whole.submitTooLarge();
        }

        @Override
        public CompletableFuture<Reply> submitWithoutRoom(String detail) {
            return whole.submitWithoutRoom(detail);
        }
    }
}
