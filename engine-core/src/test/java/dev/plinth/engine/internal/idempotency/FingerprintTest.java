package dev.plinth.engine.internal.idempotency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.internal.json.JsonReader;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FingerprintTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"a\":1,\"b\":2} | {\"b\":2,\"a\":1}",
                "{\"a\":{\"x\":1,\"y\":[{\"m\":1,\"n\":2}]}} | {\"a\":{\"y\":[{\"n\":2,\"m\":1}],\"x\":1}}",
                "{\"a\":1} | { \"a\" : 1 }",
                "{\"a\":\"A\"} | {\"a\":\"\\u0041\"}",
                "{\"a\":\"/\"} | {\"a\":\"\\/\"}",
                "{\"A\":1} | {\"\\u0041\":1}"
            })
    void of_bodiesThatMeanTheSame_isTheSame(String first, String second) {
        assertThat(body(first)).isEqualTo(body(second)).hasSameHashCodeAs(body(second));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"a\":1} | {\"a\":1.0}",
                "{\"a\":1} | {\"a\":1e0}",
                "{\"a\":1e1} | {\"a\":1E1}",
                "{\"a\":0} | {\"a\":-0}",
                "{\"a\":1} | {\"a\":\"1\"}",
                "{\"a\":[1,2]} | {\"a\":[2,1]}",
                "{\"a\":null} | {}",
                "{\"a\":\"x\"} | {\"a\":\"X\"}",
                "{\"a\":\"\\u00e9\"} | {\"a\":\"e\\u0301\"}",
                "{\"a\":{\"b\":1}} | {\"a\":{},\"b\":1}",
                "[] | {}"
            })
    void of_bodiesThatDiffer_differ(String first, String second) {
        assertThat(body(first)).isNotEqualTo(body(second));
    }

    @Test
    void of_orderOfTheQuery_isIrrelevant() {
        assertThat(query("b=2&a=1")).isEqualTo(query("a=1&b=2"));
        assertThat(query("")).isEqualTo(query(null));
    }

    @Test
    void of_otherQuery_differs() {
        assertThat(query("a=1")).isNotEqualTo(query("a=2")).isNotEqualTo(query(null));
        assertThat(query("a=1&b=2")).isNotEqualTo(query("a=2&b=1"));
        assertThat(query("a=1&a=1")).isNotEqualTo(query("a=1"));
    }

    @Test
    void of_otherPathOrMethod_differs() {
        byte[] body = new byte[0];

        Fingerprint fingerprint = Fingerprint.of("POST", "/v1/resources", null, body);

        assertThat(fingerprint).isNotEqualTo(Fingerprint.of("POST", "/v1/resource", "s", body));
        assertThat(fingerprint).isNotEqualTo(Fingerprint.of("POST", "/v1/resources/", null, body));
        assertThat(fingerprint).isNotEqualTo(Fingerprint.of("PUT", "/v1/resources", null, body));
        assertThat(fingerprint).isNotEqualTo(Fingerprint.of("POST", "/v1/jobs", null, body));
        assertThat(fingerprint).isEqualTo(Fingerprint.of("POST", "/v1/resources", null, body));
    }

    @Test
    void isOf_sameBytes_isTrueWithoutParsing() {
        byte[] utf8 = "{ \"a\": 1 }".getBytes(StandardCharsets.UTF_8);
        byte[] digests = body("{ \"a\": 1 }").digests();
        Fingerprint repeated = Fingerprint.of("POST", "/v1/resources", null, utf8, () -> {
            throw new AssertionError("Expected bytes to be compared, and they were parsed");
        });

        assertThat(repeated.isOf(digests, 0)).isTrue();
    }

    @Test
    void isOf_otherBytesOfTheSameMeaning_isTrue() {
        assertThat(body("{\"b\":2,\"a\":1}").isOf(body("{ \"a\":1, \"b\":2 }").digests(), 0))
                .isTrue();
        assertThat(query("b=2&a=1").isOf(query("a=1&b=2").digests(), 0)).isTrue();
    }

    private static Fingerprint body(String json) {
        byte[] utf8 = json.getBytes(StandardCharsets.UTF_8);
        return Fingerprint.of("POST", "/v1/resources", null, utf8, () -> JsonReader.trusted(utf8));
    }

    private static Fingerprint query(String query) {
        return Fingerprint.of("POST", "/v1/resources", query, new byte[0]);
    }
}
