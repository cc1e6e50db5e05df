package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Reply;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What an answer says of wrong input: exactly what is wrong, and of very much only the first. */
final class InputErrorsTest {
    private final TestEngine store = TestEngine.inMemory();

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void body_tenThousandUnknownMembers_firstHundredAreListed() {
        Reply reply = store.call("POST", "/v1/resources", "{" + unknown(10_000) + ",\"name\":\"n\"}");

        assertThat(reply.status()).isEqualTo(422);
        assertThat(reply.text())
                .contains("there are 100 errors or more; each of the first is listed")
                .contains("\"/u99\"")
                .doesNotContain("\"/u100\"");
    }

    @Test
    void body_hundredthErrorIsTheLast_allAreListed() {
        assertThat(store.call("POST", "/v1/resources", "{" + unknown(99) + ",\"name\":\"n\"}")
                        .text())
                .contains("there are 99 errors; each is listed", "\"/u98\"");
    }

    @Test
    void query_aThousandUnknownParameters_firstHundredAreListed() {
        String query = IntStream.range(0, 1000).mapToObj(i -> "u" + i).collect(Collectors.joining("&"));

        assertThat(store.text("/v1/resources?" + query))
                .contains("\"parameter\":\"u99\"")
                .doesNotContain("\"parameter\":\"u100\"");
    }

    @Test
    void bulk_tenThousandOperationsWithoutAnAction_answerIsSmall() {
        String bulk = IntStream.range(0, 10_000).mapToObj(i -> "{}").collect(Collectors.joining(",", "[", "]"));

        Reply reply = store.call("POST", "/v1/resources/bulk", "{\"operations\":" + bulk + "}");

        assertThat(reply.status()).isEqualTo(422);
        assertThat(reply.body().length).isLessThan(32 * 1024);
    }

    @Test
    void bulk_idOfAnItemIsNoString_outcomeSaysSo() {
        String job = store.make(
                "/v1/resources/bulk", "{\"operations\":[{\"action\":\"pause\",\"id\":1},{\"action\":\"pause\"}]}");

        assertThat(store.text("/v1/jobs/" + job + "?wait=30"))
                .containsPattern(
                        "\"index\":0.*\"/id\",\"code\":\"invalid_type\".*\"index\":1.*\"/id\",\"code\":\"required\"");
    }

    @Test
    void whole_moreDigitsThanALong_isOutOfRange() {
        assertThat(store.call(
                                "POST",
                                "/v1/jobs",
                                "{\"type\":\"t\",\"input\":{},\"maxAttempts\":1152921504606846976000}")
                        .text())
                .contains("\"/maxAttempts\",\"code\":\"out_of_range\"", "from 1 to 25");
        assertThat(store.call("POST", "/v1/jobs", "{\"type\":\"t\",\"input\":{},\"maxAttempts\":1.0}")
                        .text())
                .contains("\"/maxAttempts\",\"code\":\"invalid_type\"");
    }

    @Test
    void metadata_keyWithoutCharacters_isTooShortAndItsRemovalIsNothing() {
        assertThat(store.call("POST", "/v1/resources", "{\"name\":\"n\",\"metadata\":{\"\":\"a\"}}")
                        .text())
                .contains("\"/metadata/\",\"code\":\"too_short\"");
        String id = store.make("/v1/resources", "{\"name\":\"n\"}");
        assertThat(store.call("PATCH", "/v1/resources/" + id, "{\"metadata\":{\"\":null}}")
                        .text())
                .contains("\"version\":1");
    }

    @Test
    void cursor_valueSpellsAnotherFilter_isInvalid() {
        for (int i = 0; i < 2; i++) {
            store.make("/v1/resources", "{\"name\":\"n\",\"metadata\":{\"k\":\"v\"}}");
        }
        String page = store.text("/v1/resources?limit=1&metadata.k=v&status=active");
        String cursor = page.replaceAll(".*\"nextCursor\":\"([^\"]+)\".*", "$1");

        assertThat(store.status("/v1/resources?limit=1&metadata.k=v&status=active&cursor=" + cursor))
                .isEqualTo(200);
        assertThat(store.text("/v1/resources?limit=1&metadata.k=v%26status%3Dactive&cursor=" + cursor))
                .contains("cursor_invalid");
    }

    @Test
    void query_nothingBetweenTwoAmpersands_isNoParameter() {
        store.make("/v1/resources", "{\"name\":\"n\"}");

        for (String query : List.of("?limit=1&", "?&limit=1", "?status=active&&limit=1", "?&")) {
            assertThat(store.text("/v1/resources" + query)).contains("res_");
        }
        assertThat(store.text("/v1/resources?limit=1&=")).contains("unknown_parameter");
    }

    @Test
    void createdBefore_partOfAMillisecondLater_showsIt() {
        store.make("/v1/resources", "{\"name\":\"n\"}");

        assertThat(store.text("/v1/resources?createdBefore=2026-01-01T00:00:00.0005Z"))
                .contains("res_");
        assertThat(store.text("/v1/resources?createdBefore=2026-01-01T00:00:00.000Z"))
                .doesNotContain("res_");
        assertThat(store.text("/v1/resources?createdAfter=2025-12-31T23:59:59.9999Z"))
                .contains("res_");
        assertThat(store.text("/v1/resources?createdAfter=2026-01-01T00:00:00+02:00"))
                .contains("write + as %2B");
    }

    private static String unknown(int count) {
        return IntStream.range(0, count).mapToObj(i -> "\"u" + i + "\":1").collect(Collectors.joining(","));
    }
}
