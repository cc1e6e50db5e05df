package dev.plinth.engine.internal.json;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.TestScale;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The scanner beside Jackson's: both take the same documents and read the same out of them. */
@Tag("scaled")
class JsonScannerTest {
    private static final List<String> PIECES = List.of(
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"",
            "\\",
            "/",
            " ",
            "\n",
            "\t",
            "-",
            "+",
            ".",
            "e",
            "E",
            "0",
            "1",
            "9",
            "01",
            "true",
            "false",
            "null",
            "\"a\"",
            "\"b\":",
            "\"\\u0061\":1",
            "\\u0062",
            "\\ud83d",
            "\\ude00",
            "\\n",
            "\\x",
            "é",
            "€",
            "😀",
            "\u007f",
            "1e9",
            "1e123456789",
            "1e00000001",
            "-0.10",
            "\"\":",
            "{\"a\":1}",
            "[1,2]",
            "99999999999999999999");

    @Test
    void document_ofAnyPieces_isReadAsJacksonReadsIt() {
        long seed = TestScale.seed();
        Random random = new Random(seed);
        for (int i = 0; i < TestScale.count(2_000_000); i++) {
            StringBuilder text = new StringBuilder();
            for (int piece = random.nextInt(7); piece >= 0; piece--) {
                text.append(PIECES.get(random.nextInt(PIECES.size())));
            }
            assertSame(text.toString().getBytes(StandardCharsets.UTF_8), seed);
        }
    }

    @Test
    void document_thatWasJsonUntilAByteChanged_isReadAsJacksonReadsIt() {
        long seed = TestScale.seed();
        Random random = new Random(seed);
        for (int i = 0; i < TestScale.count(500_000); i++) {
            byte[] whole = JsonBytes.compact(JsonValues.random(random, 4));
            ByteArrayOutputStream changed = new ByteArrayOutputStream(whole.length + 8);
            int at = random.nextInt(whole.length + 1);
            changed.write(whole, 0, at);
            changed.writeBytes(PIECES.get(random.nextInt(PIECES.size())).getBytes(StandardCharsets.UTF_8));
            int from = Math.min(whole.length, at + random.nextInt(3));
            changed.write(whole, from, whole.length - from);
            assertSame(changed.toByteArray(), seed);
            assertSame(whole, seed);
        }
    }

    @Test
    void document_ofMoreMembersThanAreComparedInPlace_keepsThemAll() throws MalformedJsonException {
        List<String> names = new ArrayList<>();
        StringBuilder text = new StringBuilder("{");
        for (int i = 0; i < 3 * ObjectMembers.MAX; i++) {
            names.add("größe" + i);
            text.append(i == 0 ? "" : ",")
                    .append("\"größe")
                    .append(i)
                    .append("\":")
                    .append(i);
            JsonValue.Obj object = (JsonValue.Obj) read(text + "}");

            assertThat(object.members().keySet()).containsExactlyElementsOf(names);
            assertThat(object.get("größe" + i)).isEqualTo(new JsonValue.Num("" + i));
            assertThat(object.get("größe")).isNull();
            assertThat(readOrNull((text + ",\"gr\\u00f6ße0\":1}").getBytes(StandardCharsets.UTF_8)))
                    .isNull();
        }
    }

    @Test
    void document_ofAFewMembers_isTheSameMapAsAnyOther() throws MalformedJsonException {
        Map<String, JsonValue> members = ((JsonValue.Obj) read("{\"b\":1,\"é\":2,\"a\":{}}")).members();

        assertThat(members)
                .isEqualTo(Map.of(
                        "b", new JsonValue.Num("1"), "é", new JsonValue.Num("2"), "a", new JsonValue.Obj(Map.of())));
        assertThat(members.get("e")).isNull();
        assertThat(members).containsKey("é").doesNotContainKey("éé").doesNotContainKey("");
    }

    private static void assertSame(byte[] utf8, long seed) {
        JsonValue value = readOrNull(utf8);
        assertThat(value)
                .as("%s, %s", new String(utf8, StandardCharsets.UTF_8), TestScale.repeatWith(seed))
                .isEqualTo(JacksonTree.read(utf8));
        if (value != null) {
            JsonValue copy = copy(value);
            assertThat(JsonBytes.compact(value)).isEqualTo(JsonBytes.compact(copy));
            assertThat(new JsonBytes().sorted(value).bytes())
                    .isEqualTo(new JsonBytes().sorted(copy).bytes());
        }
    }

    /** The same tree as Jackson's reader gives it: nothing in it stands in a text. */
    private static JsonValue copy(JsonValue value) {
        return Objects.requireNonNull(JacksonTree.read(JsonBytes.compact(value)));
    }

    private static @Nullable JsonValue readOrNull(byte[] utf8) {
        try {
            return JsonReader.read(utf8);
        } catch (MalformedJsonException e) {
            return null;
        }
    }

    private static JsonValue read(String json) throws MalformedJsonException {
        return JsonReader.read(json.getBytes(StandardCharsets.UTF_8));
    }
}
