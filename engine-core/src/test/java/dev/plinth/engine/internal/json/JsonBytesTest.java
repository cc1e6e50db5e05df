package dev.plinth.engine.internal.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.TestScale;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("scaled")
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
            assertThat(new JsonBytes()
                            .sorted(JsonValues.shuffled(value, random))
                            .bytes())
                    .as(TestScale.repeatWith(seed))
                    .isEqualTo(new JsonBytes().sorted(value).bytes());
        }
    }

    /** Objects of few members keep their order in the bits of one number: up to and beyond the most of them. */
    @Test
    void sorted_anyNumberOfMembers_comeInTheOrderOfTheirNames() {
        long seed = TestScale.seed();
        Random random = new Random(seed);
        for (int i = 0; i < TestScale.count(2_000); i++) {
            TreeMap<String, Integer> members = new TreeMap<>();
            while (members.size() < i % (ObjectMembers.MAX + 3)) {
                members.put(Integer.toString(random.nextInt(1_000), 36), members.size());
            }
            List<String> sent = new ArrayList<>();
            List<String> expected = new ArrayList<>();
            members.forEach((name, value) -> expected.add("\"" + name + "\":" + value));
            sent.addAll(expected);
            Collections.shuffle(sent, random);

            JsonValue read = JsonReader.trusted(bytes("{" + String.join(",", sent) + "}"));

            assertThat(new JsonBytes().sorted(read).bytes())
                    .as(TestScale.repeatWith(seed))
                    .asString(StandardCharsets.UTF_8)
                    .isEqualTo("{" + String.join(",", expected) + "}");
        }
    }

    @Test
    void append_membersToAnObject_comeAtItsEnd() {
        assertThat(appended("{\"a\":1}")).isEqualTo("{\"a\":1,\"b\":2,\"c\":true}");
        assertThat(appended("{}")).isEqualTo("{\"b\":2,\"c\":true}");
    }

    private static String appended(String object) {
        JsonBytes more = new JsonBytes().member("b", 2).member("c", true);
        byte[] all = JsonBytes.append(object.getBytes(StandardCharsets.UTF_8), more);
        return new String(all, StandardCharsets.UTF_8);
    }

    @Test
    void twoRenderersAtOnce_doNotMeet() {
        JsonBytes outer = JsonBytes.object().member("a", "x".repeat(10_000));
        JsonBytes inner = JsonBytes.object().member("b", 2);
        JsonBytes other = JsonBytes.object().member("c", 3);

        assertThat(other.end()).asString().isEqualTo("{\"c\":3}");
        assertThat(inner.end()).asString().isEqualTo("{\"b\":2}");
        assertThat(outer.raw("d", new JsonBytes().number(4).bytes()).end())
                .asString()
                .isEqualTo("{\"a\":\"" + "x".repeat(10_000) + "\",\"d\":4}");
    }

    @Test
    void finishedRenderer_isNotUsedAgain() {
        JsonBytes finished = JsonBytes.object().close();
        assertThat(finished.bytes()).asString().isEqualTo("{}");

        assertThatThrownBy(finished::bytes).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(finished::open).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void id_isItsText() {
        Id id = new Id(IdKind.RESOURCE, -1, 12345);
        assertThat(JsonBytes.object().member("id", id).end()).asString().isEqualTo("{\"id\":\"" + id.text() + "\"}");
    }

    @Test
    void number_extremes_areWhole() {
        assertThat(new JsonBytes()
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
        return new JsonBytes().text(text).bytes();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
