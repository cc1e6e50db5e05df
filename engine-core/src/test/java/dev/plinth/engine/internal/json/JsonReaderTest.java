package dev.plinth.engine.internal.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.TestScale;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("scaled")
class JsonReaderTest {
    private static final int DEPTH_MAX = 64;

    @ParameterizedTest
    @CsvSource({"a, /a", "a/b, /a~1b", "a~b, /a~0b", "a\\u0062, /ab"})
    void readBody_tooManyItems_namesTheArray(String name, String pointer) {
        byte[] body = ("{\"" + name + "\":[1,2,3]}").getBytes(StandardCharsets.UTF_8);

        assertThatExceptionOfType(MalformedJsonException.class)
                .isThrownBy(() -> JsonReader.readBody(body, 2, JsonReader.ANY_MEMORY))
                .satisfies(malformed -> assertThat(malformed.excess()).isEqualTo(pointer));
    }

    @Test
    void read_numberWithAZeroInFront_hasAnUnexpectedCharacter() {
        byte[] body = "01".getBytes(StandardCharsets.UTF_8);

        assertThatExceptionOfType(MalformedJsonException.class)
                .isThrownBy(() -> JsonReader.readBody(body, 2, JsonReader.ANY_MEMORY))
                .withMessageContaining("unexpected character (at byte 1)");
    }

    @Test
    void plainWords_randomBytes_endBeforeTheWordOfTheFirstOther() {
        Random random = new Random(69);
        for (int round = 0; round < TestScale.count(20_000); round++) {
            byte[] bytes = new byte[random.nextInt(64)];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) random.nextInt(1, 128);
            }
            for (int others = random.nextInt(4); others > 0 && bytes.length > 0; others--) {
                // Often a byte beside the limits, and often beside a 0 or a 1, which a borrow could pass.
                byte[] edges = {0, 1, 127, -128, -1, (byte) random.nextInt()};
                bytes[random.nextInt(bytes.length)] = edges[random.nextInt(edges.length)];
            }

            assertThat(JsonReader.plainWords(bytes)).as("%s", bytes).isEqualTo(wordsByByte(bytes));
        }
    }

    private static int wordsByByte(byte[] bytes) {
        int plain = 0;
        while (plain < bytes.length && bytes[plain] > 0) {
            plain++;
        }
        return plain / 8 * 8;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "null",
                "true",
                "false",
                "0",
                "-0",
                "-1.5e+10",
                "1E400",
                "0.10",
                "\"\"",
                "\"\\u0000\"",
                "\"\\ud83d\\ude00\"",
                "\"\u007f\"",
                "\"\\/\\b\\f\\n\\r\\t\\\\\\\"\"",
                " \t\r\n{ \"a\" : [ 1 , 2 ] } \n",
                "{\"a\":1,\"A\":2}",
                "{\"\":1}",
                "{\"a\":{\"a\":{\"a\":1}}}",
                "[{\"a\":1},{\"a\":1}]",
                "\"grüße \u20ac \ud83d\ude00\"",
                "{\"__proto__\":1}"
            })
    void read_strictJson_isTaken(String json) throws MalformedJsonException {
        assertThat(read(json)).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "}",
                "[",
                "[1",
                "{\"a\"",
                "{\"a\":",
                "{\"a\":1",
                "{\"a\" 1}",
                "{\"a\":1,}",
                "{,}",
                "[1,]",
                "[,1]",
                "[1 2]",
                "{}{}",
                "{} x",
                "1 2",
                "{\"a\":1}]",
                "nul",
                "nulll",
                "True",
                "NaN",
                "-NaN",
                "Infinity",
                "-Infinity",
                "undefined",
                "01",
                "-01",
                "00",
                "+1",
                ".5",
                "1.",
                "-",
                "1e",
                "1e+",
                "0x10",
                "1_000",
                "{a:1}",
                "{'a':1}",
                "'a'",
                "{1:2}",
                "{null:1}",
                "\"a",
                "\"a\nb\"",
                "\"a\tb\"",
                "\"\\x41\"",
                "\"\\u12\"",
                "\"\\u123g\"",
                "\"\\",
                "// c\n{}",
                "/* c */{}",
                "{}# c",
                "{\"a\":1,\"a\":1}",
                "{\"a\":1,\"b\":2,\"a\":null}",
                "{\"a\":1,\"\\u0061\":2}",
                "{\"x\":{\"a\":1,\"a\":2}}",
                "[[{\"a\":1,\"\\u0061\":2}]]",
                "{\"\":1,\"\":2}",
                "\"\\ud800\"",
                "\"\\udc00\"",
                "\"\\ude00\\ud83d\"",
                "\"\\ud800x\"",
                "\"\\ud800\\u0041\"",
                "\"\\ud800\\ud800\\udc00\"",
                "{\"\\ud800\":1}",
                "[\"fine\",\"\\udfff\"]",
                "\u00a0{}",
                "\u2028{}",
                "\f{}"
            })
    void read_anythingElse_isMalformed(String json) {
        assertMalformed(json.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @MethodSource("bytesThatAreNotUtf8")
    void read_bytesThatAreNotPlainUtf8_areMalformed(String what, byte[] bytes) {
        assertThat(what).isNotEmpty();
        assertMalformed(bytes);
    }

    static List<Arguments> bytesThatAreNotUtf8() {
        return List.of(
                Arguments.of("overlong slash in 2", inString(0xC0, 0xAF)),
                Arguments.of("overlong NUL in 2", inString(0xC0, 0x80)),
                Arguments.of("overlong A in 2", inString(0xC1, 0x81)),
                Arguments.of("overlong in 3", inString(0xE0, 0x80, 0xAF)),
                Arguments.of("overlong in 4", inString(0xF0, 0x80, 0x80, 0xAF)),
                Arguments.of("raw high surrogate", inString(0xED, 0xA0, 0x80)),
                Arguments.of("raw low surrogate", inString(0xED, 0xB0, 0x80)),
                Arguments.of("CESU-8 pair", inString(0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80)),
                Arguments.of("above U+10FFFF", inString(0xF4, 0x90, 0x80, 0x80)),
                Arguments.of("five bytes", inString(0xF8, 0x88, 0x80, 0x80, 0x80)),
                Arguments.of("lone continuation", inString(0x80)),
                Arguments.of("lead alone", inString(0xC3)),
                Arguments.of("FE", inString(0xFE)),
                Arguments.of("FF", inString(0xFF)),
                Arguments.of("Latin-1", "\"é\"".getBytes(StandardCharsets.ISO_8859_1)),
                Arguments.of("byte order mark", "\ufeff{}".getBytes(StandardCharsets.UTF_8)),
                Arguments.of("byte order mark alone", "\ufeff".getBytes(StandardCharsets.UTF_8)),
                Arguments.of("UTF-16", "{}".getBytes(StandardCharsets.UTF_16)),
                Arguments.of("UTF-16BE", "{\"a\":1}".getBytes(StandardCharsets.UTF_16BE)),
                Arguments.of("UTF-16LE", "{\"a\":1}".getBytes(StandardCharsets.UTF_16LE)),
                Arguments.of("UTF-32LE", new byte[] {'1', 0, 0, 0}),
                Arguments.of("raw NUL", new byte[] {'"', 0, '"'}),
                Arguments.of("NUL at the end", new byte[] {'{', '}', 0}));
    }

    @Test
    void read_64Levels_areTakenAnd65AreNot() throws MalformedJsonException {
        assertThat(read(nested("[", "]", DEPTH_MAX))).isNotNull();
        assertThat(read(nested("{\"a\":", "}", DEPTH_MAX - 1).replace(":}", ":{}}")))
                .isNotNull();
        assertThatThrownBy(() -> read(nested("[", "]", DEPTH_MAX + 1)))
                .isInstanceOf(MalformedJsonException.class)
                .hasMessageContaining("64 levels");
        assertMalformed(nested("{\"a\":", "}", DEPTH_MAX).replace(":}", ":{}}").getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void read_hundredThousandLevels_isMalformedAndNoStackOverflow() {
        assertMalformed("[".repeat(100_000).getBytes(StandardCharsets.UTF_8));
        assertMalformed("{\"a\":".repeat(100_000).getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void read_numberOfAMillionDigits_isMalformed() {
        assertMalformed("9".repeat(1_000_000).getBytes(StandardCharsets.UTF_8));
        assertMalformed(("0." + "9".repeat(1_000_000)).getBytes(StandardCharsets.UTF_8));
        assertMalformed(("1e" + "9".repeat(1_000_000)).getBytes(StandardCharsets.UTF_8));
    }

    /** Were the map a chain of equal hashes, this would be 2^28 comparisons of long strings. */
    @Test
    void read_manyNamesOfOneHash_areAllTaken() throws MalformedJsonException {
        int bits = 14;
        StringBuilder json = new StringBuilder("{");
        int hash = name(0, bits).hashCode();
        for (int i = 0; i < 1 << bits; i++) {
            String name = name(i, bits);
            assertThat(name.hashCode()).isEqualTo(hash);
            json.append(i == 0 ? "" : ",")
                    .append('"')
                    .append(name)
                    .append("\":")
                    .append(i);
        }

        JsonValue.Obj object = (JsonValue.Obj) read(json.append('}').toString());

        assertThat(object.members()).hasSize(1 << bits);
        assertThat(object.get(name(77, bits))).isEqualTo(new JsonValue.Num("77"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "1.0", "1e0", "1E+00", "-0", "-0.0", "0.10", "12345678901234567890123456789.000"})
    void read_number_isKeptAsWritten(String written) throws MalformedJsonException {
        assertThat(read(written)).isEqualTo(new JsonValue.Num(written));
        assertThat(JsonBytes.compact(read(written))).asString().isEqualTo(written);
    }

    @Test
    void read_members_keepTheirOrder() throws MalformedJsonException {
        assertThat(((JsonValue.Obj) read("{\"b\":1,\"a\":2,\"c\":3}")).members().keySet())
                .containsExactly("b", "a", "c");
    }

    @Test
    void read_anyBytes_areAValueOrMalformedAndNothingElse() {
        long seed = TestScale.seed();
        Random random = new Random(seed);
        byte[] alphabet =
                "{}[]\",:\\/u0123456789dDeEnrtfalsx+-. \n\u00e9\u20ac\ud83d\ude00".getBytes(StandardCharsets.UTF_8);
        List<Throwable> surprises = new ArrayList<>();
        for (int i = 0; i < TestScale.count(1_000_000); i++) {
            byte[] bytes = new byte[random.nextInt(12)];
            for (int at = 0; at < bytes.length; at++) {
                bytes[at] = alphabet[random.nextInt(alphabet.length)];
            }
            try {
                JsonValue value = JsonReader.read(bytes);
                assertThat(JsonReader.trusted(JsonBytes.compact(value))).isEqualTo(value);
            } catch (MalformedJsonException expected) {
                assertThat(expected.sentence()).doesNotStartWith("Expected").endsWith(".");
            } catch (RuntimeException e) {
                surprises.add(e);
            }
        }
        assertThat(surprises).as(TestScale.repeatWith(seed)).isEmpty();
    }

    private static String name(int number, int bits) {
        StringBuilder name = new StringBuilder(2 * bits);
        for (int bit = 0; bit < bits; bit++) {
            name.append((number >> bit & 1) == 0 ? "Aa" : "BB");
        }
        return name.toString();
    }

    private static String nested(String open, String close, int levels) {
        return open.repeat(levels) + close.repeat(levels);
    }

    private static byte[] inString(int... bytes) {
        byte[] json = new byte[bytes.length + 2];
        json[0] = '"';
        for (int i = 0; i < bytes.length; i++) {
            json[i + 1] = (byte) bytes[i];
        }
        json[json.length - 1] = '"';
        return json;
    }

    private static JsonValue read(String json) throws MalformedJsonException {
        return JsonReader.read(json.getBytes(StandardCharsets.UTF_8));
    }

    private static void assertMalformed(byte[] bytes) {
        assertThatThrownBy(() -> JsonReader.read(bytes))
                .isInstanceOf(MalformedJsonException.class)
                .hasMessageMatching("[A-Z].*\\. [A-Z].*\\.");
    }
}
