package dev.plinth.engine.internal.webhook.send;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import java.net.http.HttpHeaders;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Holds the signature against published vectors and against a verifier that is not ours. */
class SignatureTest {
    private static final String STANDARD_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final String PLINTH_SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    private static final String BODY = "{\"id\":\"evt_01\",\"data\":{\"name\":\"Zoë ✓\"}}";

    @Test
    void sign_standardVector_matches() {
        String signature = Signature.sign(
                List.of(WebhookSecret.key(STANDARD_SECRET)),
                "msg_p5jXN8AQM9LWM0D4loKWxJek",
                1614265330L,
                "{\"test\": 2432232314}".getBytes(UTF_8));

        assertThat(signature).isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    @Test
    void sign_plinthVector_matches() {
        byte[] body = ("{\"id\":\"evt_01\",\"type\":\"resource.updated\",\"createdAt\":\"2026-11-24T22:00:00Z\","
                        + "\"data\":{\"id\":\"res_01\"}}")
                .getBytes(UTF_8);

        assertThat(body).hasSize(99);
        assertThat(Signature.sign(List.of(WebhookSecret.key(PLINTH_SECRET)), "evt_01", 1795557600L, body))
                .isEqualTo("v1,Zlz35RLipCHprtY9DppElBJ40ctDTNyumjsOBvqh+Z4=");
    }

    @Test
    void sign_whileRotating_listsCurrentFirstAndEachKeyVerifies() throws Exception {
        byte[] current = WebhookSecret.key(PLINTH_SECRET);
        byte[] old = WebhookSecret.key(STANDARD_SECRET);
        long now = System.currentTimeMillis() / 1000;

        String both = Signature.sign(List.of(current, old), "evt_01", now, BODY.getBytes(UTF_8));

        assertThat(both.split(" "))
                .containsExactly(
                        Signature.sign(List.of(current), "evt_01", now, BODY.getBytes(UTF_8)),
                        Signature.sign(List.of(old), "evt_01", now, BODY.getBytes(UTF_8)));
        for (String secret : List.of(PLINTH_SECRET, STANDARD_SECRET)) {
            assertThatCode(() -> verify(secret, now, both)).doesNotThrowAnyException();
        }
    }

    @Test
    void sign_otherKey_isRefusedByTheIndependentVerifier() {
        long now = System.currentTimeMillis() / 1000;
        String signature =
                Signature.sign(List.of(WebhookSecret.key(PLINTH_SECRET)), "evt_01", now, BODY.getBytes(UTF_8));

        assertThatThrownBy(() -> verify(STANDARD_SECRET, now, signature))
                .isInstanceOf(WebhookVerificationException.class);
    }

    @Test
    void sign_idWithDot_isRefused() {
        List<byte[]> keys = List.of(WebhookSecret.key(PLINTH_SECRET));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> Signature.sign(keys, "evt_01.1", 1, new byte[0]))
                .withMessageContaining("evt_01.1");
    }

    @Test
    void sign_noKeys_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Signature.sign(List.of(), "evt_01", 1, new byte[0]))
                .withMessageContaining("0 keys");
    }

    private static void verify(String secret, long timestamp, String signature) throws Exception {
        Map<String, List<String>> headers = Map.of(
                "webhook-id", List.of("evt_01"),
                "webhook-timestamp", List.of(Long.toString(timestamp)),
                "webhook-signature", List.of(signature));
        new Webhook(secret).verify(BODY, HttpHeaders.of(headers, (name, value) -> true));
    }
}
