package dev.plinth.engine.internal.resource;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.internal.json.JsonBytes;
import dev.plinth.engine.internal.json.JsonReader;
import dev.plinth.engine.internal.json.JsonValue;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MergePatchTest {
    /** RFC 7396 appendix A, as it stands there: original, patch, result. Each is tried as a member, so that any kind of value fits. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"a\":\"b\"} | {\"a\":\"c\"} | {\"a\":\"c\"}",
                "{\"a\":\"b\"} | {\"b\":\"c\"} | {\"a\":\"b\",\"b\":\"c\"}",
                "{\"a\":\"b\"} | {\"a\":null} | {}",
                "{\"a\":\"b\",\"b\":\"c\"} | {\"a\":null} | {\"b\":\"c\"}",
                "{\"a\":[\"b\"]} | {\"a\":\"c\"} | {\"a\":\"c\"}",
                "{\"a\":\"c\"} | {\"a\":[\"b\"]} | {\"a\":[\"b\"]}",
                "{\"a\":{\"b\":\"c\"}} | {\"a\":{\"b\":\"d\",\"c\":null}} | {\"a\":{\"b\":\"d\"}}",
                "{\"a\":[{\"b\":\"c\"}]} | {\"a\":[1]} | {\"a\":[1]}",
                "[\"a\",\"b\"] | [\"c\",\"d\"] | [\"c\",\"d\"]",
                "{\"a\":\"b\"} | [\"c\"] | [\"c\"]",
                "{\"a\":\"foo\"} | \"bar\" | \"bar\"",
                "{\"e\":null} | {\"a\":1} | {\"e\":null,\"a\":1}",
                "[1,2] | {\"a\":\"b\",\"c\":null} | {\"a\":\"b\"}",
                "{} | {\"a\":{\"bb\":{\"ccc\":null}}} | {\"a\":{\"bb\":{}}}"
            })
    void apply_vectorOfTheRfc_givesItsResult(String original, String patch, String result) {
        assertThat(apply("{\"x\":" + original + "}", "{\"x\":" + patch + "}")).isEqualTo("{\"x\":" + result + "}");
    }

    @Test
    void apply_nullForAWholeMember_takesItOut() {
        assertThat(apply("{\"x\":{\"a\":\"foo\"},\"y\":1}", "{\"x\":null}")).isEqualTo("{\"y\":1}");
    }

    @Test
    void apply_memberThatStood_keepsItsPlace() {
        assertThat(apply("{\"a\":1,\"b\":2,\"c\":3}", "{\"d\":4,\"b\":5}"))
                .isEqualTo("{\"a\":1,\"b\":5,\"c\":3,\"d\":4}");
    }

    @Test
    void apply_anyPatch_changesNeitherTargetNorPatch() {
        JsonValue.Obj target = object("{\"a\":{\"b\":1}}");
        JsonValue.Obj patch = object("{\"a\":{\"b\":null,\"c\":2}}");

        assertThat(MergePatch.apply(target, patch)).isEqualTo(object("{\"a\":{\"c\":2}}"));
        assertThat(target).isEqualTo(object("{\"a\":{\"b\":1}}"));
        assertThat(patch).isEqualTo(object("{\"a\":{\"b\":null,\"c\":2}}"));
    }

    private static String apply(String target, String patch) {
        return new String(JsonBytes.compact(MergePatch.apply(object(target), object(patch))), StandardCharsets.UTF_8);
    }

    private static JsonValue.Obj object(String json) {
        return (JsonValue.Obj) JsonReader.trusted(json.getBytes(StandardCharsets.UTF_8));
    }
}
