package dev.plinth.engine.opentelemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** URLs of receivers in spans. */
class ShownUrlTest {
    @ParameterizedTest
    @CsvSource({
        "https://example.com, https://example.com",
        "https://example.com:8443/a%20b/c, https://example.com:8443/a%20b/c",
        "https://ada:secret@example.com/a, https://example.com/a",
        "https://[::1]:8443/a, https://[::1]:8443/a",
        "https://example.com/a?b=secret, https://example.com/a?b=REDACTED",
        "https://example.com?b=se=cret&c=&&secret#secret, https://example.com?b=REDACTED&c=REDACTED&&REDACTED",
        "https://example.com/?=secret, https://example.com/?=REDACTED",
        "https://example.com/?, https://example.com/?",
    })
    void url_isShownWithoutSecrets(URI url, String shown) {
        assertThat(ShownUrl.of(url)).isEqualTo(shown).doesNotContain("secret");
    }
}
