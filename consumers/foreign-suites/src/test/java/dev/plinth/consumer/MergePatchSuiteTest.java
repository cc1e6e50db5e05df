package dev.plinth.consumer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;

/** The 15 examples of RFC 7396 appendix A, each as the member {@code value} of the data of a resource. */
class MergePatchSuiteTest {
    private static final int TOTAL = 15;
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @Test
    void appendixA_patches_giveItsResults() throws IOException, InterruptedException {
        Figures figures = new Figures("rfc-7396");
        try (Host host = new Host()) {
            int number = 0;
            for (String line : Figures.lines("merge-patches.txt")) {
                String[] parts = line.split(" \\| ");
                number++;
                HttpResponse<String> made = host.send(host.request("/v1/resources")
                        .POST(BodyPublishers.ofString("{\"name\":\"r\",\"data\":{\"value\":" + parts[0] + "}}"))
                        .build());
                String id = MAPPER.readTree(made.body()).path("id").asText();
                HttpResponse<String> patched = host.send(host.request("/v1/resources/" + id)
                        .setHeader("Content-Type", "application/merge-patch+json")
                        .method("PATCH", BodyPublishers.ofString("{\"data\":{\"value\":" + parts[1] + "}}"))
                        .build());
                JsonNode value = MAPPER.readTree(patched.body()).at("/data/value");
                figures.add("example " + number, value.equals(MAPPER.readTree(parts[2])), patched.statusCode() + " " + value);
            }
        }
        figures.end(TOTAL);
    }
}
