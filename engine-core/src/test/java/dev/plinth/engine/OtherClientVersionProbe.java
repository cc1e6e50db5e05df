package dev.plinth.engine;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.NewWebhookEndpoint;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.settings.Plan;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** Runs in the JVM of {@link OtherClientVersionTest}: events for an endpoint, and what becomes of their deliveries. */
final class OtherClientVersionProbe {
    static final int EVENTS = 50;
    private static final long PATIENCE_SECONDS = 60;
    private static final Pattern ONE_ATTEMPT = Pattern.compile(
            "\"status\":\"retrying\"[^\\[]*\"attempts\":\\[\\{\"number\":1,[^{]*\"errorClass\":\"connection\"");

    private OtherClientVersionProbe() {}

    /** Ends when all deliveries have had an attempt, or when that takes too long. */
    public static void main(String[] arguments) {
        try (CapturedLog log = CapturedLog.open();
                Engine engine = Engine.builder()
                        .webhookAllow("127.0.0.0/8")
                        .plan(Plan.perMinute("wide", 1_000_000))
                        .open()) {
            String workspace =
                    engine.admin().createWorkspace("w", "wide").call().id();
            String key =
                    engine.admin().createKey(workspace, "k").call().secret().orElseThrow();
            PlinthClient client = engine.client(key);
            String endpoint = client.webhooks()
                    .create(NewWebhookEndpoint.of("http://127.0.0.1:9/"))
                    .call()
                    .id();
            for (int i = 0; i < EVENTS; i++) {
                client.publish("a.b", Json.EMPTY_OBJECT).call();
            }
            Call deliveries = Call.of(
                            "GET", "/v1/webhook-endpoints/" + endpoint + "/deliveries?limit=100&status=retrying")
                    .withKey(key);
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
            long retrying = 0;
            while (retrying < EVENTS && System.nanoTime() < end) {
                retrying = ONE_ATTEMPT
                        .matcher(engine.call(deliveries).text())
                        .results()
                        .count();
            }
            System.out.println("retrying with one attempt: " + retrying);
            System.out.println("lines: " + log.lines().stream().limit(5).toList());
            Reply health = engine.call(Call.of("GET", "/health/ready"));
            System.out.println("health: " + health.status() + " " + health.text());
        }
    }
}
