package dev.plinth.engine.internal.webhook.send;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Shows that a secret's text and its key are two things, and that neither is ever quoted. */
class WebhookSecretTest {
    @Test
    void text_32Bytes_readsBackAsTheSameKey() {
        byte[] key = new byte[WebhookSecret.KEY_BYTES];
        for (int i = 0; i < key.length; i++) {
            key[i] = (byte) i;
        }

        assertThat(WebhookSecret.text(key)).isEqualTo("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
        assertThat(WebhookSecret.key(WebhookSecret.text(key))).isEqualTo(key);
    }

    @Test
    void key_24BytesFromElsewhere_isTaken() {
        assertThat(WebhookSecret.key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")).hasSize(24);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                "v1,whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                "whsec_MfKQ9r8G!!!!TwjUPD8ILPZIo2LaLaSw",
                "whsec_MfKQ9r8G",
                "whsec_"
            })
    void key_malformed_isRefusedWithoutQuotingIt(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WebhookSecret.key(text))
                .withMessageContaining(" must ")
                .withMessageNotContaining("MfKQ9r8G")
                .withNoCause();
    }

    @Test
    void text_shortKey_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WebhookSecret.text(new byte[23]))
                .withMessageContaining("24 to 64 bytes, got 23");
    }
}
