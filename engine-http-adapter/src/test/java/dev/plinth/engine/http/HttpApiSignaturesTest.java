package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.WebhookEndpoint;
import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.settings.ManualClock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Runs the functions of {@code docs/http-api.md} that verify a webhook, each in its own language, on webhooks that a real engine has sent.
 * For a language that this machine lacks, the test prints one line; with {@code CI=true} in the environment it fails.
 */
@Timeout(120)
class HttpApiSignaturesTest {
    private static final Duration AGE = Duration.ofHours(1);
    private static final Set<String> OF_THE_TRANSPORT =
            Set.of("host", "connection", "content-length", "accept-encoding");

    @TempDir
    private Path directory;

    private WebhookRecorder receiver;
    private LiveServer server;
    private String secret;
    private WebhookRecorder.Received old;
    private WebhookRecorder.Received fresh;

    /** A language of the page, with a driver that calls its function: arguments in the order of the page, the body from a file. */
    enum Language {
        JAVA("java", "Webhooks.java", """
                final class Run {
                    public static void main(String[] a) throws Exception {
                        byte[] body = java.nio.file.Files.readAllBytes(java.nio.file.Path.of(a[4]));
                        System.out.print(Webhooks.isGenuine(a[0], a[1], a[2], a[3], body) ? "genuine" : "forged");
                    }
                }
                """),
        NODE("js", "webhooks.js", """
                const a = process.argv.slice(2);
                const body = require("node:fs").readFileSync(a[4]);
                process.stdout.write(isGenuine(a[0], a[1], a[2], a[3], body) ? "genuine" : "forged");
                """),
        PYTHON("python", "webhooks.py", """
                import sys

                a = sys.argv[1:]
                body = open(a[4], "rb").read()
                print("genuine" if is_genuine(a[0], a[1], a[2], a[3], body) else "forged", end="")
                """),
        SHELL("bash", "webhooks.sh", """
                if is_genuine "$@"; then printf genuine; else printf forged; fi
                """);

        private final String block;
        private final String file;
        private final String driver;

        Language(String block, String file, String driver) {
            this.block = block;
            this.file = file;
            this.driver = driver;
        }

        /** Returns the programs that the machine must have, beside the JDK that runs this test. */
        private List<String> programs() {
            return switch (this) {
                case JAVA -> List.of();
                case NODE -> List.of("node");
                case PYTHON -> List.of("python3");
                case SHELL -> List.of("bash", "openssl");
            };
        }

        private List<String> command(Path directory) {
            Path jdk = Path.of(System.getProperty("java.home"), "bin");
            Path program = directory.resolve(file);
            return switch (this) {
                case JAVA -> List.of(jdk.resolve("java").toString(), "-cp", directory.toString(), "Run");
                case NODE -> List.of("node", program.toString());
                case PYTHON -> List.of("python3", program.toString());
                case SHELL -> List.of("bash", program.toString());
            };
        }
    }

    /** Sends two webhooks: one an hour ago, and one now, while the old secret signs beside the new one. */
    @BeforeEach
    void send() throws IOException {
        ManualClock clock = ManualClock.startingAt(Instant.now().minus(AGE));
        receiver = new WebhookRecorder(200);
        server = LiveServer.start(builder -> builder.testClock(clock).webhookAllow("127.0.0.0/8"));
        PlinthClient client = server.engine().client(server.key(server.workspace("pro")));
        WebhookEndpoint endpoint =
                client.createWebhook(receiver.uri(), "price.*").call();
        secret = endpoint.secret().orElseThrow();
        old = sent(client, clock, Duration.ZERO);
        client.webhooks().rotateSecret(endpoint.id()).call();
        fresh = sent(client, clock, AGE);
    }

    private WebhookRecorder.Received sent(PlinthClient client, ManualClock clock, Duration later) {
        clock.advance(later);
        client.publish("price.changed", Json.of(Map.of("text", "12 € – 5 %"))).call();
        clock.advance(Duration.ZERO);
        List<WebhookRecorder.Received> received = receiver.received();
        return received.get(received.size() - 1);
    }

    @AfterEach
    void stop() {
        server.close();
        receiver.close();
    }

    @Test
    void headers_ofAWebhook_areThoseOfThePage() throws IOException {
        Set<String> sent = new TreeSet<>();
        fresh.headers().keySet().forEach(name -> sent.add(name.toLowerCase(Locale.ROOT)));
        sent.removeAll(OF_THE_TRANSPORT);
        sent.add("traceparent"); // of an event in a trace
        assertThat(HttpApiPage.read().table("Webhook header").names()).containsExactlyInAnyOrderElementsOf(sent);
        assertThat(fresh.header("webhook-signature").split(" ")).hasSize(2);
    }

    @ParameterizedTest
    @EnumSource
    void functions_ofThePage_tellGenuineWebhooksFromForged(Language language) throws Exception {
        List<String> missing = missing(language);
        if (!missing.isEmpty()) {
            assertThat(System.getenv("CI")).as("CI has %s", missing).isNotEqualTo("true");
            System.out.println("NOT RUN: the function in " + language + ", because this machine lacks " + missing);
            return;
        }
        prepare(language);

        assertThat(judge(language, secret, fresh, fresh.header("webhook-timestamp"), fresh.body()))
                .isEqualTo("genuine");
        assertThat(judge(language, secret, old, old.header("webhook-timestamp"), old.body()))
                .as("an hour old")
                .isEqualTo("forged");
        assertThat(judge(language, secret, old, fresh.header("webhook-timestamp"), old.body()))
                .as("an old one under a new time")
                .isEqualTo("forged");
        byte[] other = new String(fresh.body(), StandardCharsets.UTF_8)
                .replace("12", "13")
                .getBytes(StandardCharsets.UTF_8);
        assertThat(judge(language, secret, fresh, fresh.header("webhook-timestamp"), other))
                .as("another body")
                .isEqualTo("forged");
        String another = "whsec_" + "A".repeat(42) + "8=";
        assertThat(judge(language, another, fresh, fresh.header("webhook-timestamp"), fresh.body()))
                .as("another secret")
                .isEqualTo("forged");
    }

    private static List<String> missing(Language language) throws InterruptedException {
        List<String> missing = new ArrayList<>();
        for (String program : language.programs()) {
            try {
                Process asked = new ProcessBuilder(program, program.equals("openssl") ? "version" : "--version")
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
                if (asked.waitFor() != 0) {
                    missing.add(program);
                }
            } catch (IOException absent) {
                missing.add(program);
            }
        }
        return missing;
    }

    private void prepare(Language language) throws Exception {
        String function = HttpApiPage.read().block(language.block);
        Files.writeString(directory.resolve(language.file), function + "\n\n" + language.driver);
        if (language == Language.JAVA) {
            String javac =
                    Path.of(System.getProperty("java.home"), "bin", "javac").toString();
            String said = run(List.of(
                    javac,
                    "-Xlint:all",
                    "-Werror",
                    directory.resolve(language.file).toString()));
            assertThat(said).isEmpty();
        }
    }

    private String judge(Language language, String key, WebhookRecorder.Received webhook, String timestamp, byte[] body)
            throws Exception {
        Path file = Files.write(directory.resolve("body"), body);
        List<String> command = new ArrayList<>(language.command(directory));
        command.addAll(List.of(
                key, webhook.header("webhook-id"), timestamp, webhook.header("webhook-signature"), file.toString()));
        return run(command);
    }

    private static String run(List<String> command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(1, TimeUnit.MINUTES)) {
            process.destroyForcibly();
        }
        return said;
    }
}
