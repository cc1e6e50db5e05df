package dev.plinth.engine.internal.webhook.send;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Shows how much of an answer is read and kept, and that what is kept is text within its limit. */
class ResponseReaderTest {
    private static final int PART_BYTES = 1000;

    @Test
    void text_nothingRead_isNull() {
        assertThat(read(new byte[0])).isNull();
    }

    @Test
    void text_shortBody_isWhole() {
        assertThat(read("Zoë ✓ 😀".getBytes(UTF_8))).isEqualTo("Zoë ✓ 😀");
    }

    @Test
    void text_longBody_isItsFirst8KiB() {
        assertThat(read("a".repeat(9_000).getBytes(UTF_8))).isEqualTo("a".repeat(8_192));
    }

    @Test
    void text_cutInsideCharacter_dropsThatCharacter() {
        assertThat(read(("a" + "✓".repeat(3_000)).getBytes(UTF_8))).isEqualTo("a" + "✓".repeat(2_730));
    }

    @Test
    void text_bodyEndsInsideCharacter_isReplaced() {
        assertThat(read(new byte[] {'a', (byte) 0xE2, (byte) 0x9C})).isEqualTo("a\uFFFD");
    }

    @Test
    void text_notUtf8_staysWithinTheLimitInUtf8() {
        byte[] garbage = new byte[8_192];
        Arrays.fill(garbage, (byte) 0xFF);

        String text = Objects.requireNonNull(read(garbage));

        assertThat(text).startsWith("\uFFFD");
        assertThat(text.getBytes(UTF_8)).hasSizeBetween(8_190, 8_192);
    }

    @Test
    void read_endlessBody_stopsAtTheLimit() {
        ResponseReader reader = new ResponseReader();
        int parts = 1;
        while (reader.read(ByteBuffer.wrap(new byte[1024]))) {
            parts++;
        }

        assertThat(parts).isEqualTo(65);
    }

    private static @Nullable String read(byte[] body) {
        ResponseReader reader = new ResponseReader();
        for (int from = 0; from < body.length; from += PART_BYTES) {
            boolean unused = reader.read(ByteBuffer.wrap(body, from, Math.min(PART_BYTES, body.length - from)));
        }
        return reader.text();
    }
}
