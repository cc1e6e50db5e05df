package dev.plinth.consumer;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * The parsing cases of JSONTestSuite, each as the whole body of a create. A body that is no JSON is answered with 400 and
 * {@code malformed_json}, one that is JSON with another answer. For names with {@code i_} either is right.
 */
class JsonTestSuiteTest {
    private static final int TOTAL = 318;

    @Test
    void suite_parsing_isJudgedAsItSays() throws IOException, InterruptedException {
        Map<String, byte[]> bytes = new HashMap<>();
        for (String line : Figures.lines("json-bytes.txt")) {
            String[] parts = line.split(" ");
            bytes.put(parts[0], HexFormat.of().parseHex(parts[1]));
        }
        Figures figures = new Figures("json-test-suite");
        try (Host host = new Host()) {
            for (JsonNode each : new ObjectMapper().readTree(Figures.SUITES.resolve("parsing.json").toFile())) {
                String name = each.get("name").asText();
                byte[] body = bytes.getOrDefault(name, each.get("input").asText().getBytes(UTF_8));
                HttpResponse<String> answer = host.send(host.request("/v1/resources")
                        .POST(BodyPublishers.ofByteArray(body))
                        .build());
                boolean isRefused = answer.statusCode() == 400;
                boolean isAnswered = isRefused || answer.statusCode() == 422 || answer.statusCode() == 201;
                boolean passes = isAnswered && (name.startsWith("i_") || isRefused == name.startsWith("n_"));
                figures.add(name, passes, answer.statusCode() + " " + answer.body().replaceAll("\\s+", " "));
            }
        }
        figures.end(TOTAL);
    }
}
