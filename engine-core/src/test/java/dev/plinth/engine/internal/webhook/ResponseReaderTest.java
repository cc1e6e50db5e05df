package dev.plinth.engine.internal.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Shows how much of an answer is read and kept, and that what is kept is text within its limit. */
class ResponseReaderTest {
    @Test
    void text_nothingRead_isNull() throws IOException {
        assertThat(read(new byte[0])).isNull();
    }

    @Test
    void text_shortBody_isWhole() throws IOException {
        assertThat(read("Zoë ✓ 😀".getBytes(UTF_8))).isEqualTo("Zoë ✓ 😀");
    }

    @Test
    void text_longBody_isItsFirst8KiB() throws IOException {
        assertThat(read("a".repeat(9_000).getBytes(UTF_8))).isEqualTo("a".repeat(8_192));
    }

    @Test
    void text_cutInsideCharacter_dropsThatCharacter() throws IOException {
        assertThat(read(("a" + "✓".repeat(3_000)).getBytes(UTF_8))).isEqualTo("a" + "✓".repeat(2_730));
    }

    @Test
    void text_bodyEndsInsideCharacter_isReplaced() throws IOException {
        assertThat(read(new byte[] {'a', (byte) 0xE2, (byte) 0x9C})).isEqualTo("a\uFFFD");
    }

    @Test
    void text_notUtf8_staysWithinTheLimitInUtf8() throws IOException {
        byte[] garbage = new byte[8_192];
        Arrays.fill(garbage, (byte) 0xFF);

        String text = Objects.requireNonNull(read(garbage));

        assertThat(text).startsWith("\uFFFD");
        assertThat(text.getBytes(UTF_8)).hasSizeBetween(8_190, 8_192);
    }

    @Test
    void read_endlessBody_stopsAtTheLimit() throws IOException {
        long[] given = new long[1];
        InputStream endless = new InputStream() {
            @Override
            public int read() {
                given[0]++;
                return 'a';
            }
        };

        new ResponseReader().read(endless);

        assertThat(given[0]).isBetween(64L * 1024, 72L * 1024);
    }

    private static @Nullable String read(byte[] body) throws IOException {
        ResponseReader reader = new ResponseReader();
        reader.read(new ByteArrayInputStream(body));
        return reader.text();
    }
}
