package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.OperationResult;
import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.settings.ManualClock;
import java.io.BufferedReader;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Runs the examples of {@code docs/http-api.md} in their order, by the real {@code curl} against a real server, and compares the answers.
 * A second of the manual clock passes after each example, so that the server does what is due.
 */
@Timeout(300)
class HttpApiExamplesTest {
    private static final String RECEIVER = "https://example.com/hooks";
    private static final String CURL =
            "curl() { command curl --silent --show-error --include --max-time 60 \"$@\"; }\n";
    private static final Pattern ID = Pattern.compile("(res|sub|job|evt|we|dlv|key|ws)_[0-9a-hjkmnp-tv-z]{26}");
    private static final Map<String, String> NAMES = Map.of(
            "res", "RESOURCE",
            "sub", "CHILD",
            "job", "JOB",
            "evt", "EVENT",
            "we", "ENDPOINT",
            "dlv", "DELIVERY",
            "key", "KEY_ID",
            "ws", "WORKSPACE");
    /** Headers of HTTP itself, which the page leaves out. */
    private static final Set<String> OF_THE_TRANSPORT =
            Set.of("date", "content-length", "transfer-encoding", "connection");

    private final ManualClock clock = ManualClock.startingAt(Instant.parse("2025-01-01T00:00:00Z"));
    private final Map<String, String> names = new HashMap<>();
    private WebhookRecorder receiver;
    private LiveServer server;
    private PlinthClient busy;

    @BeforeEach
    void start() throws IOException {
        receiver = new WebhookRecorder(200);
        server = LiveServer.start(builder -> builder.testClock(clock)
                .webhookAllow("127.0.0.0/8")
                .operation(
                        "capture",
                        operation -> OperationResult.of(Json.of(
                                Map.of("captured", operation.input().asMap().get("amount")))))
                .asyncOperation("export", job -> Json.of(Map.of("rows", 1))));
        String workspace = server.engine()
                .admin()
                .createWorkspace("default", "starter")
                .call()
                .id();
        String busyKey = server.key(server.workspace("starter"));
        busy = server.engine().client(busyKey);
        names.put("API", "http://127.0.0.1:" + server.port());
        names.put("KEY", server.key(workspace));
        names.put("OTHER", server.workspace("starter"));
        names.put("BUSY_KEY", busyKey);
        names.put("ADMIN_TOKEN", LiveServer.ADMIN_TOKEN);
    }

    @AfterEach
    void stop() {
        server.close();
        receiver.close();
    }

    @Test
    void examples_inTheirOrder_answerAsShown() throws IOException, InterruptedException {
        List<String> wrong = new ArrayList<>();
        Set<String> headers = new TreeSet<>();
        List<HttpApiPage.Block> blocks = HttpApiPage.read().blocks();
        for (int i = 0; i < blocks.size(); i++) {
            if (!isExample(blocks.get(i))) {
                continue;
            }
            ShownAnswer shown = ShownAnswer.parse(blocks.get(i + 1).text());
            ShownAnswer real = answer(blocks.get(i).text(), shown);
            headers.addAll(real.headers().keySet());
            List<String> differences = shown.differences(real);
            if (!differences.isEmpty()) {
                wrong.add(blocks.get(i).place() + "\n  " + String.join("\n  ", differences) + "\n  got: "
                        + real.status() + " " + real.headers() + "\n" + real.body());
            }
            name(real);
            clock.advance(Duration.ofSeconds(1));
        }
        assertThat(String.join("\n\n", wrong)).isEmpty();
        headers.removeIf(name -> OF_THE_TRANSPORT.contains(name.toLowerCase(Locale.ROOT)));
        assertThat(HttpApiPage.read().table("Response header").names()).containsExactlyInAnyOrderElementsOf(headers);
    }

    @Test
    void blocks_ofExamples_comeInPairs() throws IOException {
        List<HttpApiPage.Block> blocks = HttpApiPage.read().blocks();
        for (int i = 0; i < blocks.size(); i++) {
            boolean answers = i > 0 && isExample(blocks.get(i - 1));
            assertThat(blocks.get(i).language().equals("http"))
                    .as(blocks.get(i).place())
                    .isEqualTo(answers);
        }
        assertThat(blocks).filteredOn(HttpApiExamplesTest::isExample).hasSizeGreaterThan(40);
    }

    private static boolean isExample(HttpApiPage.Block block) {
        return block.language().equals("sh");
    }

    private ShownAnswer answer(String example, ShownAnswer shown) throws IOException, InterruptedException {
        if (example.contains("$BUSY_KEY")) {
            exhaust();
        }
        boolean endless = example.contains("curl -N ");
        String script = CURL + example.replace(RECEIVER, receiver.uri());
        return run(
                script,
                so -> endless && shown.differences(ShownAnswer.parse(so)).isEmpty());
    }

    private void exhaust() {
        for (long left = busy.rateLimit().call().remaining(); left > 0; left--) {
            busy.workspace().call();
        }
    }

    /** Runs a script to its end, or until its output is enough. */
    private ShownAnswer run(String script, Predicate<String> enough) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder("bash", "-c", script);
        builder.environment().putAll(names);
        Process process = builder.redirectErrorStream(true).start();
        StringBuilder output = new StringBuilder();
        try (BufferedReader reader = process.inputReader()) {
            char[] buffer = new char[8192];
            int read = reader.read(buffer);
            while (read >= 0) {
                output.append(buffer, 0, read);
                if (output.indexOf("\r\n\r\n") > 0 && enough.test(output.toString())) {
                    break;
                }
                read = reader.read(buffer);
            }
        } finally {
            process.descendants().forEach(ProcessHandle::destroy);
            process.destroy();
        }
        assertThat(output.toString()).as(script).startsWith("HTTP/1.1 ");
        return ShownAnswer.parse(output.toString().replace(receiver.uri(), RECEIVER));
    }

    /** Names what an answer has shown, for the examples behind it. */
    private void name(ShownAnswer answer) {
        names.put("REQUEST", answer.headers().getOrDefault("Request-Id", ""));
        if (!answer.body().startsWith("{") || !answer.status().contains(" 20")) {
            return;
        }
        Map<String, Object> body = Json.of(answer.body()).asMap();
        Map<?, ?> thing =
                body.get("data") instanceof List<?> items && !items.isEmpty() && items.get(0) instanceof Map<?, ?> first
                        ? first
                        : body;
        nameId(thing.get("id"));
        nameId(thing.get("job_id"));
        put("LEASE_TOKEN", thing.get("leaseToken"));
        put("CURSOR", body.get("nextCursor"));
        put("NEW_KEY", body.get("secret"));
    }

    private void nameId(Object id) {
        Matcher matcher = ID.matcher(String.valueOf(id));
        if (matcher.matches()) {
            names.put(NAMES.get(matcher.group(1)), matcher.group());
        }
    }

    private void put(String name, Object value) {
        if (value instanceof String text) {
            names.put(name, text);
        }
    }
}
