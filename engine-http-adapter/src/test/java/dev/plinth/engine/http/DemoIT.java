package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code plinth.jar demo} as the README and {@code docs/tour.md} tell to use it. */
@Timeout(600)
@Tag("slow")
class DemoIT {
    private static final Pattern BLOCK = Pattern.compile("(?s)```sh\n(.*?)```");
    private static final String PRINTED = "/tmp/plinth-demo.txt";
    private static final String ADDRESS = "http://127.0.0.1:8080";
    private static final String START =
            "./mvnw -Dprogram package\njava -jar engine-http-adapter/target/plinth.jar demo";

    @TempDir
    private Path directory;

    private ServedProcess start(String... more) throws IOException {
        List<String> arguments =
                new ArrayList<>(List.of("-jar", System.getProperty("plinth.jar"), "demo", "--port", "0"));
        arguments.addAll(List.of(more));
        return new ServedProcess(directory.resolve("err"), arguments.toArray(String[]::new));
    }

    private static List<String> blocks() throws IOException {
        Path root = Path.of("").toAbsolutePath();
        while (!Files.exists(root.resolve("mvnw"))) {
            root = root.getParent();
        }
        return BLOCK.matcher(Files.readString(root.resolve("docs/tour.md")))
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.toList());
    }

    private static String run(String script) throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder("sh", "-c", script).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    @Test
    void commandsOfTheTour_pasted_doWhatTheTourTells() throws Exception {
        List<String> blocks = blocks();
        assertThat(blocks.get(0)).startsWith(START).contains("| tee " + PRINTED);
        try (ServedProcess demo = start()) {
            Path printed = Files.writeString(directory.resolve("printed"), "  its API key: " + demo.key() + "\n");
            String pasted = String.join("\n", blocks.subList(1, blocks.size()))
                    .replace(PRINTED, printed.toString())
                    .replace(ADDRESS, demo.base());

            String answers = run("set -e\n" + pasted);

            assertThat(answers)
                    .contains("HTTP/1.1 201", "My first order", "dempotent-Replayed: true", "job_", "tour.finished")
                    .doesNotContain("problem");
            assertThat(demo.stop()).isZero();
            assertThat(demo.said()).isEmpty();
        }
    }

    /** Jobs move, an endpoint fails and recovers, and the trickle goes on, without a hand on it. */
    @Test
    void demonstration_livesByItself() throws Exception {
        try (ServedProcess demo = start()) {
            String lists = "curl -s -H 'Authorization: Bearer " + demo.key() + "' " + demo.base();

            assertThat(run(lists + "/v1/workspace")).contains("Acme Shop", "business");
            assertThat(run(lists + "/v1/jobs?limit=100")).contains("\"running\"", "\"failed\"", "\"progress\"");
            assertThat(run(lists + "/v1/resources?shared=true")).contains("Delivery tour North");
            awaitText(lists + "/v1/webhook-endpoints", "Billing");
            awaitText(lists + "/v1/events?type=payment.processed", "payment.processed");
            awaitText(lists + "/v1/resources", "Order 4723");
            assertThat(run(lists + "/docs")).contains("<!DOCTYPE html>");
            assertThat(demo.stop()).isZero();
        }
    }

    /** Asks again until the answer has the text. Each try is a process, and the time-out of the class ends it. */
    private static void awaitText(String curl, String text) throws Exception {
        String answer = run(curl);
        while (!answer.contains(text)) {
            answer = run(curl);
        }
    }

    @Test
    void demonstration_thatItsConfigurationRefuses_endsWithOneAndASentence() throws Exception {
        Path file = Files.writeString(
                directory.resolve("plinth.yaml"), "resource-types: {order: {type: object, required: [sku]}}\n");
        Process process = ServedProcess.builder(
                        "-jar", System.getProperty("plinth.jar"), "demo", "--port", "0", "--config", file.toString())
                .redirectErrorStream(true)
                .start();

        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor()).as(said).isEqualTo(1);
        assertThat(said).contains("plinth: validation_failed").doesNotContain("listening on");
    }

    @Test
    void demonstration_withADirectory_isRefusedInASentence() throws Exception {
        Process process = ServedProcess.builder("-jar", System.getProperty("plinth.jar"), "demo", "--data", "x")
                .redirectErrorStream(true)
                .start();

        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor()).isEqualTo(2);
        assertThat(said).startsWith("plinth: --data cannot be set beside --memory");
    }
}
