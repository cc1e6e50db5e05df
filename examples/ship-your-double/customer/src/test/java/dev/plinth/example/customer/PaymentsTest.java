package dev.plinth.example.customer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.example.PaymentsDouble;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests a customer's code against the double that the payments company ships. It knows HTTP and nothing of the engine. */
class PaymentsTest {
    private static final PaymentsDouble PAYMENTS = new PaymentsDouble();
    private static final int REQUESTS_OF_TRIAL = 20;

    private final HttpClient http = HttpClient.newHttpClient();

    @BeforeEach
    void empty() {
        PAYMENTS.reset();
    }

    @AfterAll
    static void stop() {
        PAYMENTS.close();
    }

    @Test
    void payment_ofNothing_isRefused() throws Exception {
        assertThat(pay("order-1", 0).statusCode()).isEqualTo(422);
    }

    @Test
    void payment_capturedTwice_isRefused() throws Exception {
        String path = "/v1/resources/" + id(pay("order-1", 1250)) + "/operations/capture";
        assertThat(post(path, "capture-1", "{}").statusCode()).isEqualTo(200);
        assertThat(post(path, "capture-1", "{}").statusCode()).isEqualTo(200);

        HttpResponse<String> again = post(path, "capture-2", "{}");
        assertThat(again.statusCode()).isEqualTo(422);
        assertThat(again.body()).contains("The payment is captured already");
    }

    @Test
    void payment_answerLost_isThereOnceWhenRepeated() throws Exception {
        PAYMENTS.loseTheNextAnswer();
        assertThatThrownBy(() -> pay("order-1", 1250)).isInstanceOf(IOException.class);

        HttpResponse<String> repeated = pay("order-1", 1250);
        assertThat(repeated.statusCode()).isEqualTo(201);
        assertThat(repeated.headers().firstValue("Idempotent-Replayed")).contains("true");
    }

    @Test
    void trial_hasTwentyRequestsAMinute() throws Exception {
        for (int i = 0; i < REQUESTS_OF_TRIAL; i++) {
            assertThat(pay("order-" + i, 1250).statusCode()).isEqualTo(201);
        }
        assertThat(pay("order-x", 1250).statusCode()).isEqualTo(429);
    }

    private HttpResponse<String> pay(String order, int cents) throws Exception {
        return post(
                "/v1/resources",
                order,
                "{\"type\":\"payment\",\"name\":\"" + order + "\",\"data\":{\"cents\":" + cents + "}}");
    }

    private HttpResponse<String> post(String path, String idempotencyKey, String body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(PAYMENTS.uri() + path))
                .header("Authorization", "Bearer " + PAYMENTS.apiKey())
                .header("Idempotency-Key", idempotencyKey)
                .POST(BodyPublishers.ofString(body))
                .build();
        return http.send(request, BodyHandlers.ofString());
    }

    private static String id(HttpResponse<String> made) {
        return made.body().replaceAll("(?s).*?\"id\":\"([^\"]+)\".*", "$1");
    }
}
