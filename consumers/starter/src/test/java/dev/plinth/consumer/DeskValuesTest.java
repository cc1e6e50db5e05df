package dev.plinth.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.Engine;
import dev.plinth.engine.api.JobStatus;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.client.PlinthClient;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.core.env.Environment;

/** Controllers take and return values of the engine as the wire has them, with the application's own Jackson. */
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "plinth.create-default-workspace=true",
            "plinth.wire.enabled=true",
            "spring.jackson.deserialization.use-big-decimal-for-floats=true",
            "spring.jackson.property-naming-strategy=SNAKE_CASE"
        })
class DeskValuesTest {
    private final DeskCalls calls;
    private final PlinthClient client;

    DeskValuesTest(@Autowired Engine engine, @Autowired Environment environment, @Autowired PlinthClient client) {
        this.client = client;
        this.calls = new DeskCalls(
                HttpClient.newHttpClient(),
                "http://127.0.0.1:" + environment.getProperty("local.server.port"),
                engine.firstStart().orElseThrow().key());
    }

    @Test
    void resource_takenAndReturned_isTheWires() throws Exception {
        String input = "{\"name\":\"\u00c4 \\\"1\\\"\",\"data\":{\"z\":[1,12.50,0.1234567890123456789012,null,true],"
                + "\"a\":{\"createdAt\":\"x\"}},\"metadata\":{\"k\":\"v\"}}";

        HttpResponse<String> made = calls.send("POST", "/values/resources", input);

        assertThat(made.statusCode()).as(made.body()).isEqualTo(200);
        String wire = calls.send("GET", "/v1/resources/" + member(made.body(), "id"), "").body();
        assertThat(made.body()).isEqualTo(wire);
        assertThat(Json.of(wire).at("/data")).isEqualTo(Json.of(input).at("/data"));
        assertThat(calls.send("GET", "/values/resources", "").body()).contains(wire);
    }

    @Test
    void job_returned_isTheWires() throws Exception {
        String id = client.startJob("greet", Json.of(Map.of("name", "Ada"))).call().jobId();
        assertThat(client.awaitJob(id, Duration.ofSeconds(60)).status()).isEqualTo(JobStatus.SUCCEEDED);

        String shown = calls.send("GET", "/values/jobs/" + id, "").body();

        assertThat(shown).isEqualTo(calls.send("GET", "/v1/jobs/" + id, "").body());
        assertThat(Json.of(shown).at("/result/text")).contains(Json.of("\"Hello Ada\""));
    }

    @Test
    void resourceWithAnUnknownMember_isRefused() throws Exception {
        assertThat(calls.send("POST", "/values/resources", "{\"name\":\"A\",\"colour\":\"red\"}").statusCode())
                .isEqualTo(400);
    }

    private static String member(String object, String name) {
        return (String) Json.of(object).asMap().get(name);
    }
}
