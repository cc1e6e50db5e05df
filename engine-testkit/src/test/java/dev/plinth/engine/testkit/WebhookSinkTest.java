package dev.plinth.engine.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.plinth.engine.Patience;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The receiver of webhooks by itself, without an engine. */
final class WebhookSinkTest {
    private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final Map<String, String> VECTOR = Map.of(
            "webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "webhook-timestamp", "1614265330",
            "webhook-signature", "v1,AAAA v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");

    private final WebhookSink sink = WebhookSink.open();
    private final Door door = Door.overHttp(sink.uri());

    @AfterEach
    void close() {
        sink.close();
    }

    @Test
    void requests_scripted_areAnsweredInThatOrderThenWith200() {
        sink.reply(500, 500).reply(410);
        Stream<Integer> answers = IntStream.range(0, 5)
                .mapToObj(i -> door.send(Call.of("POST", "")).status());
        assertThat(answers).containsExactly(500, 500, 410, 200, 200);
        assertThat(sink.received()).extracting(ReceivedWebhook::answered).containsExactly(500, 500, 410, 200, 200);
    }

    @Test
    void statuses_oneOfThemOutOfRange_areNotScriptedAtAll() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> sink.reply(201, 999))
                .withMessageContaining("got 999");
        assertThat(door.send(Call.of("POST", "")).status()).isEqualTo(200);
    }

    @Test
    void connection_hungUp_endsWithoutAnAnswer() {
        sink.hangUp();
        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> door.send(Call.of("POST", "")))
                .withMessageContaining("received no bytes");
        assertThat(door.send(Call.of("POST", "")).status()).isEqualTo(200);
        assertThat(sink.received()).extracting(ReceivedWebhook::answered).containsExactly(0, 200);
    }

    @Test
    void answer_late_keepsOneRequestWaitingAndNoOther() {
        sink.replyLate(Duration.ofMillis(50), 202).replyLate(Duration.ofDays(1), 500);
        assertThat(door.send(Call.of("POST", "")).status()).isEqualTo(202);
        CompletableFuture<Reply> hanging =
                CompletableFuture.supplyAsync(() -> door.send(Call.of("POST", "")), task -> new Thread(task).start());
        sink.await(2);

        assertThat(door.send(Call.of("POST", "")).status()).isEqualTo(200);
        assertThat(hanging).isNotDone();
        sink.close();
        assertThat(hanging).failsWithin(Duration.ofSeconds(30));
    }

    @Test
    void answer_late_comesAlsoWhileTheCommonPoolIsBusy() {
        CountDownLatch over = new CountDownLatch(1);
        ForkJoinPool pool = ForkJoinPool.commonPool();
        List<ForkJoinTask<Boolean>> busy = IntStream.range(0, pool.getParallelism())
                .mapToObj(i -> pool.submit(() -> over.await(60, TimeUnit.SECONDS)))
                .toList();
        sink.replyLate(Duration.ofMillis(50), 202);
        CompletableFuture<Reply> late =
                CompletableFuture.supplyAsync(() -> door.send(Call.of("POST", "")), task -> new Thread(task).start());

        assertThat(late)
                .succeedsWithin(Duration.ofSeconds(30))
                .extracting(Reply::status)
                .isEqualTo(202);
        over.countDown();
        busy.forEach(ForkJoinTask::join);
    }

    @Test
    void threadOfLateAnswers_endsWithTheSink() {
        Set<Thread> others = threadsOfLateAnswers();
        sink.replyLate(Duration.ofMillis(50), 202).replyLate(Duration.ofDays(1), 500);
        assertThat(door.send(Call.of("POST", "")).status()).isEqualTo(202);
        assertThat(threadsOfLateAnswers()).hasSize(others.size() + 1);

        sink.close();

        Patience.until(() -> others.containsAll(threadsOfLateAnswers()));
    }

    private static Set<Thread> threadsOfLateAnswers() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals(LateAnswers.THREAD))
                .collect(Collectors.toSet());
    }

    @Test
    void request_received_isKeptAsItCame() {
        door.send(Call.of("POST", "").withHeader("X-One", "1").withBody(Json.of("{\"a\": 1}")));
        ReceivedWebhook webhook = sink.await(1).get(0);
        assertThat(webhook.path()).isEqualTo("/webhooks");
        assertThat(webhook.headers()).containsEntry("x-one", "1");
        assertThat(webhook.body()).isEqualTo("{\"a\": 1}");
    }

    @Test
    void signature_ofTheStandardsVector_isTrueForItsSecretAndBodyOnly() {
        ReceivedWebhook vector = new ReceivedWebhook("/", VECTOR, "{\"test\": 2432232314}", 200);
        assertThat(vector.isSignedWith(SECRET)).isTrue();
        assertThat(vector.isSignedWith("whsec_" + "A".repeat(32))).isFalse();
        assertThat(new ReceivedWebhook("/", VECTOR, "{\"test\":2432232314}", 200).isSignedWith(SECRET))
                .isFalse();
        assertThat(new ReceivedWebhook("/", Map.of(), "{}", 200).isSignedWith(SECRET))
                .isFalse();
    }

    @Test
    void arguments_outOfRange_areRefusedWithASentence() {
        assertThatIllegalArgumentException().isThrownBy(() -> sink.reply(99)).withMessageContaining("got 99");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> sink.replyLate(Duration.ofSeconds(-1), 200))
                .withMessageContaining("PT-1S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ReceivedWebhook("/", VECTOR, "", 200).isSignedWith("secret"))
                .withMessageContaining("whsec_");
    }
}
