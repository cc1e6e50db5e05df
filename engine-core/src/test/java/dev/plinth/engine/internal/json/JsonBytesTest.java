package dev.plinth.engine.internal.json;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.TestScale;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class JsonBytesTest {
    @Test
    void text_everyCharacter_isReadBackAsItWas() {
        for (int codePoint = 0; codePoint <= Character.MAX_CODE_POINT; codePoint += codePoint < 0x900 ? 1 : 97) {
            if (codePoint < Character.MIN_SURROGATE || codePoint > Character.MAX_SURROGATE) {
                String text = "a" + Character.toString(codePoint) + "z";
                assertThat(JsonReader.trusted(string(text)))
                        .as("U+%04X", codePoint)
                        .isEqualTo(new JsonValue.Text(text));
            }
        }
    }

    @Test
    void text_escapes_areTheShortOnes() {
        assertThat(string("\"\\/\b\f\n\r\t\u0000\u001f\u007f"))
                .asString()
                .isEqualTo("\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\u007f\"");
    }

    @Test
    void text_halfASurrogatePair_isNeverAnotherCharacter() {
        for (String text : new String[] {"\ud800a", "\ud800", "\udc00", "\ud800\ud800", "\udbff\u0041", "a\udfffb"}) {
            String shown = new String(string(text), StandardCharsets.UTF_8);
            assertThat(shown.replaceAll("[\"\ufffdab A]", ""))
                    .as("what became of half a pair")
                    .isEmpty();
            assertThat(shown.contains("a")).isEqualTo(text.contains("a"));
        }
    }

    @Test
    void compact_randomValue_isReadBackAsItWas() {
        long seed = TestScale.seed();
        Random random = new Random(seed);
        for (int i = 0; i < TestScale.count(20_000); i++) {
            JsonValue value = JsonValues.random(random, 4);
            assertThat(JsonReader.trusted(JsonBytes.compact(value)))
                    .as(TestScale.repeatWith(seed))
                    .isEqualTo(value);
        }
    }

    @Test
    void canonical_randomValue_isTheSameForEveryOrderOfMembers() {
        long seed = TestScale.seed();
        Random random = new Random(seed);
        for (int i = 0; i < TestScale.count(20_000); i++) {
            JsonValue value = JsonValues.random(random, 4);
            assertThat(JsonBytes.canonical(JsonValues.shuffled(value, random)))
                    .as(TestScale.repeatWith(seed))
                    .isEqualTo(JsonBytes.canonical(value));
        }
    }

    @Test
    void append_membersToAnObject_comeAtItsEnd() {
        JsonBytes more = new JsonBytes(8).member("b", 2).member("c", true);

        assertThat(JsonBytes.append("{\"a\":1}".getBytes(StandardCharsets.UTF_8), more))
                .asString()
                .isEqualTo("{\"a\":1,\"b\":2,\"c\":true}");
        assertThat(JsonBytes.append("{}".getBytes(StandardCharsets.UTF_8), more))
                .asString()
                .isEqualTo("{\"b\":2,\"c\":true}");
    }

    @Test
    void number_extremes_areWhole() {
        assertThat(new JsonBytes(8)
                        .openArray()
                        .number(Long.MIN_VALUE)
                        .number(0)
                        .number(Long.MAX_VALUE)
                        .closeArray()
                        .bytes())
                .asString()
                .isEqualTo("[-9223372036854775808,0,9223372036854775807]");
    }

    private static byte[] string(String text) {
        return new JsonBytes(text.length()).text(text).bytes();
    }
}
