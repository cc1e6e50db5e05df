package dev.plinth.engine.internal.webhook.send;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.CapturedLog;
import java.io.IOException;
import java.net.URI;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hc.core5.ssl.SSLInitializationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Shows when a sender is made, and what comes of one that is not. */
@Timeout(60)
class LazySenderTest {
    private final AtomicInteger made = new AtomicInteger();

    /** Throws what HttpCore throws if the system gives no selector. */
    @Test
    void send_noSelectorToBeHad_isConnectionAndSaysNothingOfTls() {
        try (CapturedLog log = CapturedLog.open();
                LazySender sender = new LazySender(Senders.filter(), () -> {
                    throw new IllegalStateException("no selector", new IOException("Too many open files"));
                })) {
            assertThat(sender.send(Senders.request(URI.create("http://hook.test/")))
                            .error())
                    .isEqualTo(SendError.CONNECTION);
            assertThat(sender.problem())
                    .hasValueSatisfying(problem ->
                            assertThat(problem).contains("open files").doesNotContain("TLS"));
            assertThat(log.lines()).hasSize(1);
        }
    }

    @Test
    void send_twice_makesOneSender() throws IOException {
        try (Receiver receiver = Receiver.answering(Receiver.ok(""));
                LazySender sender = late()) {
            assertThat(made).hasValue(0);

            assertThat(sender.send(Senders.request(receiver.url("hook.test"))).delivered())
                    .isTrue();
            assertThat(sender.send(Senders.request(receiver.url("hook.test"))).delivered())
                    .isTrue();
            assertThat(made).hasValue(1);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void send_afterClose_isConnection(boolean sentBefore) throws IOException {
        try (Receiver receiver = Receiver.answering(Receiver.ok(""))) {
            LazySender sender = late();
            if (sentBefore) {
                assertThat(sender.send(Senders.request(receiver.url("hook.test")))
                                .delivered())
                        .isTrue();
            }
            sender.close();

            assertThat(sender.send(Senders.request(receiver.url("hook.test"))).error())
                    .isEqualTo(SendError.CONNECTION);
        }
    }

    @Test
    void send_noTls_isTls() {
        try (CapturedLog log = CapturedLog.open();
                LazySender sender = new LazySender(Senders.filter(), () -> {
                    throw new SSLInitializationException("no TLS", new IOException());
                })) {
            assertThat(sender.send(Senders.request(URI.create("http://hook.test/")))
                            .error())
                    .isEqualTo(SendError.TLS);
            assertThat(log.lines()).hasSize(1);
        }
    }

    /** Throws what a class path with another version of the HTTP client gives. */
    @Test
    void send_noSenderCanBeMade_failsIsToldOnceAndTriedAgainAfterARest() throws IOException {
        AtomicBoolean otherVersion = new AtomicBoolean(true);
        try (CapturedLog log = CapturedLog.open();
                Receiver receiver = Receiver.answering(Receiver.ok(""));
                LazySender sender = new LazySender(Senders.filter(), () -> {
                    made.incrementAndGet();
                    if (otherVersion.get()) {
                        throw new NoSuchMethodError("on purpose");
                    }
                    return Senders.sender();
                })) {
            SendRequest request = Senders.request(receiver.url("hook.test"));
            assertThat(sender.problem()).isEmpty();

            long began = System.nanoTime();
            for (int i = 0; i < 100; i++) {
                assertThat(sender.send(request).error()).isEqualTo(SendError.CONNECTION);
            }

            // It rests for a second at least, which a slow machine may need for these.
            int tries = made.get();
            int seconds = (int) TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began);
            assertThat(tries).isBetween(1, 1 + seconds);
            assertThat(log.lines()).hasSize(1);
            assertThat(sender.problem())
                    .hasValueSatisfying(problem -> assertThat(problem).contains("NoSuchMethodError", "class path"));

            while (made.get() == 1) {
                assertThat(sender.send(request).error()).isEqualTo(SendError.CONNECTION);
            }
            assertThat(log.lines()).as("told once").hasSize(1);
            otherVersion.set(false);
            while (!sender.send(request).delivered()) {
                assertThat(sender.problem()).isPresent();
            }
            assertThat(sender.problem()).isEmpty();
        }
    }

    /** An error is a failed attempt like any other, which its schedule tries again. */
    @Test
    void send_errorWhenItBegins_isAFailedAttemptAndTheNextOneIsSent() throws IOException {
        AtomicBoolean full = new AtomicBoolean(true);
        try (CapturedLog log = CapturedLog.open();
                Receiver receiver = Receiver.answering(Receiver.ok(""));
                LazySender sender = new LazySender(Senders.filter(), () -> {
                    if (full.get()) {
                        throw new OutOfMemoryError("on purpose");
                    }
                    return Senders.sender();
                })) {
            SendRequest request = Senders.request(receiver.url("hook.test"));

            assertThat(sender.send(request).error()).isEqualTo(SendError.CONNECTION);

            full.set(false);
            assertThat(sender.send(request).delivered()).isTrue();
            assertThat(log.lines()).hasSize(1);
        }
    }

    private LazySender late() {
        return new LazySender(Senders.filter(), () -> {
            made.incrementAndGet();
            return Senders.sender();
        });
    }
}
