package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.OperationResult;
import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.client.Invocation;
import dev.plinth.engine.client.ResourcesClient;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.command.HostOperation;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests what an operation of the host gives, through the typed client. */
final class HostOperationResultTest {
    private final AtomicInteger runs = new AtomicInteger();
    private volatile Json result = Json.EMPTY_OBJECT;
    private final Engine engine = Engine.builder()
            .operation("now", operation -> {
                runs.incrementAndGet();
                return OperationResult.of(result);
            })
            .asyncOperation("later", job -> Json.EMPTY_OBJECT)
            .open();
    private ResourcesClient resources = engine.client("").resources();
    private String id = "";

    @BeforeEach
    void create() {
        String workspace = engine.admin().createWorkspace("acme", "pro").call().id();
        String key = engine.admin().createKey(workspace, "k").call().secret().orElseThrow();
        resources = engine.client(key).resources();
        id = resources.create("a").call().id();
    }

    @AfterEach
    void close() {
        engine.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"[1,2.50]", "\"text\"", "null", "7", "true", "{\"a\":1}"})
    void result_anyJson_isGivenAsItIsAndReplayed(String json) {
        result = Json.of(json);
        Invocation<Json> run = resources.run(id, "now", Json.EMPTY_OBJECT).idempotencyKey("k");

        assertThat(run.call()).isEqualTo(result);
        assertThat(run.submit().join()).isEqualTo(result);
        assertThat(runs).hasValue(1);
    }

    @Test
    void start_ofASynchronousOperation_isRefusedBeforeItRuns() {
        assertThatThrownBy(() -> resources.start(id, "now", Json.EMPTY_OBJECT))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("\"now\" is a synchronous operation. Call run, which gives its result.");
        assertThat(runs).hasValue(0);
    }

    @Test
    void run_ofAnAsynchronousOperation_isRefusedBeforeItStarts() {
        assertThatThrownBy(() -> resources.run(id, "later", Json.EMPTY_OBJECT))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("\"later\" is an asynchronous operation. Call start, which gives its job.");
    }

    @Test
    void result_asLargeAsItMayBe_isRememberedAndReplayed() {
        result = ofBytes(Limits.HOST_RESULT_BYTES_MAX);
        Invocation<Json> run = resources.run(id, "now", Json.EMPTY_OBJECT).idempotencyKey("k");

        assertThat(run.call()).isEqualTo(result);
        assertThat(run.call()).isEqualTo(result);
        assertThat(runs).hasValue(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {Limits.HOST_RESULT_BYTES_MAX + 1, 1024 * 1024})
    void result_tooLarge_isAnErrorThatIsNotRetryableAndIsLogged(int bytes) {
        result = ofBytes(bytes);
        List<String> lines = new ArrayList<>();
        Handler handler = collecting(lines);
        Logger log = Logger.getLogger(HostOperation.class.getName());
        log.addHandler(handler);
        try {
            assertThatThrownBy(() -> resources
                            .run(id, "now", Json.EMPTY_OBJECT)
                            .idempotencyKey("k")
                            .call())
                    .isInstanceOfSatisfying(PlinthException.class, failed -> {
                        assertThat(failed.code()).isEqualTo("internal_error");
                        assertThat(failed.status()).isEqualTo(500);
                        assertThat(failed.problem().retryable()).isFalse();
                        assertThat(failed.problem().detail()).contains("131072", Integer.toString(bytes));
                    });
        } finally {
            log.removeHandler(handler);
        }

        assertThat(lines).hasSize(1);
        assertThat(lines.get(0))
                .startsWith("The result of operation now must have at most 131072 bytes, got " + bytes + ";");
        assertThat(runs).hasValue(1);
        assertThat(resources.get(id).call().version()).isEqualTo(1);
    }

    private static Json ofBytes(int bytes) {
        return Json.of("\"" + "x".repeat(bytes - 2) + "\"");
    }

    private static Handler collecting(List<String> lines) {
        return new Handler() {
            @Override
            public void publish(LogRecord record) {
                lines.add(new SimpleFormatter().formatMessage(record));
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
    }
}
