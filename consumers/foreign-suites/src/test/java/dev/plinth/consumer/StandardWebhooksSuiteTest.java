package dev.plinth.consumer;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.plinth.engine.api.WebhookEndpoint;
import dev.plinth.engine.client.PlinthClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Webhooks of the engine, judged by the library that Standard Webhooks publishes for Node. */
class StandardWebhooksSuiteTest {
    private static final int TOTAL = 12;
    private static final String OTHER_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    private final Figures figures = new Figures("standard-webhooks");

    @Test
    void webhooks_byTheLibraryOfTheStandard_areJudgedRight() throws Exception {
        try (Receiver receiver = Receiver.open();
                Host host = new Host()) {
            PlinthClient client = host.client();
            WebhookEndpoint endpoint =
                    client.createWebhook(receiver.uri(), "resource.created").call();
            String secret = endpoint.secret().orElseThrow();
            client.resources().create("Zoë ✓").call();
            judge("sent", receiver.next(), secret);

            String next = client.webhooks()
                    .rotateSecret(endpoint.id())
                    .call()
                    .secret()
                    .orElseThrow();
            client.resources().create("rotated").call();
            Receiver.Request rotated = receiver.next();
            add("rotated / new secret", true, rotated.body(), rotated, next);
            add("rotated / old secret in its grace", true, rotated.body(), rotated, secret);
            figures.add(
                    "rotated / two signatures",
                    rotated.header("webhook-signature").split(" ").length == 2,
                    rotated.header("webhook-signature"));
        }
        figures.end(TOTAL);
    }

    private void judge(String name, Receiver.Request sent, String secret) throws IOException, InterruptedException {
        String id = sent.header("webhook-id");
        String time = sent.header("webhook-timestamp");
        String signature = sent.header("webhook-signature");
        figures.add(name + " / secret has 24 to 64 bytes", isSecret(secret), "length " + secret.length());
        figures.add(name + " / signature is of version 1", Pattern.matches("v1,[A-Za-z0-9+/]{43}=", signature), signature);
        add(name + " / as it came", true, sent.body(), sent, secret);
        add(name + " / without the prefix of the secret", true, sent.body(), sent, secret.substring("whsec_".length()));
        add(name + " / another secret", false, sent.body(), sent, OTHER_SECRET);
        add(name + " / another body", false, sent.body() + " ", sent, secret);
        figures.add(name + " / another id", !verifies(secret, id + "1", time, signature, sent.body()), "verified");
        String later = Long.toString(Long.parseLong(time) + 1);
        figures.add(name + " / another time", !verifies(secret, id, later, signature, sent.body()), "verified");
        figures.add(
                name + " / a part of the signature",
                !verifies(secret, id, time, signature.substring(0, 8), sent.body()),
                "verified");
    }

    private static boolean isSecret(String secret) {
        int bytes = Base64.getDecoder().decode(secret.substring("whsec_".length())).length;
        return secret.startsWith("whsec_") && bytes >= 24 && bytes <= 64;
    }

    private void add(String name, boolean expected, String body, Receiver.Request sent, String secret)
            throws IOException, InterruptedException {
        boolean verified = verifies(
                secret,
                sent.header("webhook-id"),
                sent.header("webhook-timestamp"),
                sent.header("webhook-signature"),
                body);
        figures.add(name, verified == expected, "verified: " + verified);
    }

    private static boolean verifies(String secret, String id, String time, String signature, String body)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("node", "verify.mjs", secret, id, time, signature));
        Process process = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        process.getOutputStream().write(body.getBytes(UTF_8));
        process.getOutputStream().close();
        return process.waitFor() == 0;
    }
}
