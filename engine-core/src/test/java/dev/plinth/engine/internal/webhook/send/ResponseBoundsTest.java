package dev.plinth.engine.internal.webhook.send;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Plays receivers that answer with more than a body: each part of an answer has a bound, and so have all its heads together. */
@Timeout(60)
class ResponseBoundsTest {
    private static final String CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1 100 \r\n\r\n", "HTTP/1.1 102 Processing\r\n\r\n"})
    void send_endlessInterimResponses_isHttp(String interim) throws IOException {
        try (Receiver receiver = Receiver.answering((request, out) -> {
                    byte[] many = interim.repeat(1024).getBytes(ISO_8859_1);
                    for (; ; ) {
                        out.write(many);
                    }
                });
                Sender sender = Senders.sender()) {
            assertThat(sender.send(Senders.request(receiver.url("hook.test"))).error())
                    .isEqualTo(SendError.HTTP);
        }
    }

    @Test
    void send_answersOnAKeptConnection_haveABoundEach() throws IOException {
        String interim = "HTTP/1.1 102 Processing\r\n\r\n".repeat(SendLimits.RESPONSE_READ_BYTES / 4 / 27);
        try (Receiver receiver = Receiver.answering(interim + Receiver.ok("x"));
                Sender sender = Senders.sender()) {
            for (int i = 0; i < 3; i++) {
                assertThat(sender.send(Senders.request(receiver.url("hook.test")))
                                .responseBody())
                        .isEqualTo("x");
            }
            assertThat(receiver.connections()).isEqualTo(1);
        }
    }

    @Test
    void send_hugeChunkExtensions_areCutAndTheStatusHolds() throws Exception {
        CompletableFuture<Integer> chunksWritten = new CompletableFuture<>();
        int chunks = 10 * 1024;
        byte[] chunk = ("1;" + "x".repeat(3_000) + "\r\na\r\n").getBytes(ISO_8859_1);
        try (Receiver receiver = Receiver.answering((request, out) -> {
                    out.write(CHUNKED.getBytes(ISO_8859_1));
                    int written = 0;
                    try {
                        for (; written < chunks; written++) {
                            out.write(chunk);
                        }
                        out.write("0\r\n\r\n".getBytes(ISO_8859_1));
                    } finally {
                        chunksWritten.complete(written);
                    }
                });
                Sender sender = Senders.sender()) {
            SendResult result = sender.send(Senders.request(receiver.url("hook.test")));

            assertThat(result.delivered()).isTrue();
            assertThat(chunksWritten.get(30, TimeUnit.SECONDS)).isLessThan(chunks);
        }
    }

    @Test
    void send_headOfManyLongHeaders_isHttp() throws IOException {
        String headers = ("X: " + "a".repeat(3_000) + "\r\n").repeat(20);
        try (Receiver receiver = Receiver.answering("HTTP/1.1 200 OK\r\n" + headers + "Content-Length: 0\r\n\r\n");
                Sender sender = Senders.sender()) {
            assertThat(sender.send(Senders.request(receiver.url("hook.test"))).error())
                    .isEqualTo(SendError.HTTP);
        }
    }

    @Test
    void send_headersAsReceiversSendThem_areRead() throws IOException {
        String headers = ("X: " + "a".repeat(400) + "\r\n").repeat(60);
        try (Receiver receiver = Receiver.answering("HTTP/1.1 200 OK\r\n" + headers + "Content-Length: 0\r\n\r\n");
                Sender sender = Senders.sender()) {
            assertThat(sender.send(Senders.request(receiver.url("hook.test"))).delivered())
                    .isTrue();
        }
    }

    @Test
    void send_manyTrailers_isHttp() throws IOException {
        try (Receiver receiver = Receiver.answering(CHUNKED + "1\r\na\r\n0\r\n" + "X: a\r\n".repeat(70) + "\r\n");
                Sender sender = Senders.sender()) {
            assertThat(sender.send(Senders.request(receiver.url("hook.test"))).error())
                    .isEqualTo(SendError.HTTP);
        }
    }

    @Test
    void send_longTrailer_isHttp() throws IOException {
        try (Receiver receiver = Receiver.answering(CHUNKED + "1\r\na\r\n0\r\nX: " + "a".repeat(5_000) + "\r\n\r\n");
                Sender sender = Senders.sender()) {
            assertThat(sender.send(Senders.request(receiver.url("hook.test"))).error())
                    .isEqualTo(SendError.HTTP);
        }
    }
}
