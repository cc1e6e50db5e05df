package dev.plinth.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Reply;
import dev.plinth.engine.settings.Durability;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Which secrets of an endpoint sign what it is sent, after rotations with a grace. */
@Timeout(60)
final class WebhookSecretRotationTest {
    private static final int OLD_SECRETS_MAX = 10;

    @TempDir
    private Path directory;

    private TestEngine store = TestEngine.inMemory();
    private String endpoint = quietEndpoint();
    private volatile String body = "";

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void rotate_threeTimes_eachOldSecretSignsUntilItsOwnEndOrAnEarlierOne() {
        String first = rotate(0);
        String second = rotate(100);
        String third = rotate(300);
        String current = rotate(200);
        assertSignedBy(current, third, second, first);

        store.pass(Duration.ofSeconds(100));
        assertSignedBy(current, third, second);
        store.pass(Duration.ofMillis(99_999));
        assertSignedBy(current, third, second);
        store.pass(Duration.ofMillis(1));
        assertSignedBy(current);
    }

    @Test
    void rotate_withoutGrace_endsAllOldSecrets() {
        rotate(0);
        rotate(300);

        String current = rotate(0);

        assertSignedBy(current);
    }

    @Test
    void rotate_tenOldSecretsInGrace_theEleventhIsRefused() {
        List<String> newestFirst = new ArrayList<>(List.of(rotate(0)));
        for (int i = 0; i < OLD_SECRETS_MAX; i++) {
            newestFirst.add(0, rotate(60));
        }

        Reply eleventh = rotation(1);

        assertThat(eleventh.status()).isEqualTo(409);
        assertThat(eleventh.text())
                .contains(
                        "\"invalid_transition\"",
                        "An endpoint may have 10 old secrets in grace, and this one has them. Rotate with graceSeconds 0,"
                                + " or wait until one expires.");
        assertSignedBy(newestFirst.toArray(String[]::new));
        store.pass(Duration.ofSeconds(60));
        assertThat(rotation(1).status()).isEqualTo(200);
    }

    @Test
    void rotate_thenReopened_signsWithTheSameSecrets() {
        store.close();
        store = TestEngine.open(builder -> builder.directory(directory).durability(Durability.OS));
        endpoint = quietEndpoint();
        String first = rotate(0);
        String second = rotate(300);
        String current = rotate(100);

        store.reopen();

        assertSignedBy(current, second, first);
        store.pass(Duration.ofSeconds(100));
        assertSignedBy(current);
    }

    /** Makes an engine that is told of nothing by itself. */
    private String quietEndpoint() {
        store.hear(received -> body = received);
        String id = store.endpoint();
        store.call("PATCH", "/v1/webhook-endpoints/" + id, "{\"types\":[\"nothing.happened\"]}");
        store.pass(Duration.ZERO);
        return id;
    }

    private Reply rotation(int graceSeconds) {
        return store.call(
                "POST",
                "/v1/webhook-endpoints/" + endpoint + "/secret/rotate",
                "{\"graceSeconds\":" + graceSeconds + "}");
    }

    private String rotate(int graceSeconds) {
        Reply reply = rotation(graceSeconds);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply.text().replaceAll(".*\"secret\":\"(whsec_[^\"]+)\".*", "$1");
    }

    /** Sends something and looks at what signed it. */
    private void assertSignedBy(String... secrets) {
        Reply reply = store.call("POST", "/v1/webhook-endpoints/" + endpoint + "/test");
        assertThat(reply.text()).contains("\"delivered\":true");
        String signed = store.lastHeader("webhook-id") + "." + store.lastHeader("webhook-timestamp") + "." + body;
        List<String> expected = new ArrayList<>();
        for (String secret : secrets) {
            expected.add("v1," + signature(secret, signed));
        }
        assertThat(store.lastHeader("webhook-signature").split(" ")).containsExactlyElementsOf(expected);
    }

    private static String signature(String secret, String signed) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(Base64.getDecoder().decode(secret.substring("whsec_".length())), "HmacSHA256"));
            return Base64.getEncoder().encodeToString(mac.doFinal(signed.getBytes(UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
