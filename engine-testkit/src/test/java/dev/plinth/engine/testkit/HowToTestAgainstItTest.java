package dev.plinth.engine.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.client.PlinthClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The page that says how to test a client against the engine: what it shows stands here, and runs. */
@PlinthTest
final class HowToTestAgainstItTest {
    private static final Path PAGE = Path.of("../docs/howto/test-against-it.md");
    private static final Path THIS = Path.of("src/test/java/dev/plinth/engine/testkit/HowToTestAgainstItTest.java");
    private static final Path OF_SPRING =
            Path.of("../consumers/boot/src/test/java/dev/plinth/consumer/RemoteOrdersTest.java");
    private static final Pattern OLDEST_JUNIT = Pattern.compile("<junit.version>(\\d+\\.\\d+)\\.");
    private static final Pattern CODE = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);
    private static final int ATTEMPTS = 3;

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void order_answerLost_isPlacedOnce(PlinthServer server, PlinthClient client, Faults faults) throws Exception {
        faults.on("POST", "/v1/resources").loseTheAnswer();

        HttpResponse<String> answer = place(server.uri(), server.apiKey(), "order-1");

        assertThat(answer.statusCode()).isEqualTo(201);
        assertThat(client.resources().list().call().data()).hasSize(1);
        faults.assertAllUsed();
    }

    /** The code under test: it asks again until there is an answer, always with the same key. */
    private HttpResponse<String> place(URI uri, String apiKey, String order) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(uri + "/v1/resources"))
                .header("Authorization", "Bearer " + apiKey)
                .header("Idempotency-Key", order)
                .POST(BodyPublishers.ofString("{\"name\":\"" + order + "\"}"))
                .build();
        for (int attempt = 1; attempt < ATTEMPTS; attempt++) {
            try {
                return http.send(request, BodyHandlers.ofString());
            } catch (IOException lost) {
                continue;
            }
        }
        return http.send(request, BodyHandlers.ofString());
    }

    @Test
    void order_placedTwice_isThereOnce() throws Exception {
        try (PlinthTestServer plinth = PlinthTestServer.start()) {
            place(plinth.uri(), plinth.apiKey(), "order-1");
            place(plinth.uri(), plinth.apiKey(), "order-1");
            assertThat(plinth.client().resources().list().call().data()).hasSize(1);

            plinth.reset();
            assertThat(plinth.client().resources().list().call().data()).isEmpty();
        }
    }

    @Test
    void page_java_standsInTests() throws IOException {
        String sources = words(Files.readString(THIS) + Files.readString(OF_SPRING));
        assertThat(CODE.matcher(Files.readString(PAGE)).results().map(found -> words(found.group(1))))
                .hasSize(3)
                .allSatisfy(code -> assertThat(sources).contains(code));
    }

    @Test
    void page_oldestJUnit_isThatOfTheBuild() throws IOException {
        String version = OLDEST_JUNIT
                .matcher(Files.readString(Path.of("pom.xml")))
                .results()
                .findFirst()
                .orElseThrow()
                .group(1);
        assertThat(Files.readString(PAGE)).contains("JUnit Jupiter " + version + " or newer");
    }

    @Test
    void page_table_namesEveryFault() throws IOException {
        String page = Files.readString(PAGE);
        assertThat(Arrays.stream(Faults.Requests.class.getMethods())
                        .filter(method -> method.getReturnType() == Faults.class))
                .hasSizeGreaterThan(5)
                .allSatisfy(method -> assertThat(page).contains("| `" + method.getName()));
    }

    private static String words(String text) {
        return text.strip().replaceAll("\\s+", " ");
    }
}
