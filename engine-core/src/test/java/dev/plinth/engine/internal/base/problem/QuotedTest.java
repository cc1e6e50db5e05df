package dev.plinth.engine.internal.base.problem;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Values of callers in error texts are short and readable. */
final class QuotedTest {
    @Test
    void value_short_isInQuotesAsItIs() {
        assertThat(Quoted.of("nam")).isEqualTo("\"nam\"");
        assertThat(Quoted.of("Größe 🙂")).isEqualTo("\"Größe 🙂\"");
        assertThat(Quoted.of(null)).isEqualTo("\"\"");
    }

    @Test
    void value_longerThanTheLimit_isCutBetweenCodePoints() {
        assertThat(Quoted.of("a".repeat(40))).isEqualTo("\"" + "a".repeat(40) + "\"");
        assertThat(Quoted.of("🙂".repeat(41))).isEqualTo("\"" + "🙂".repeat(40) + "…\"");
    }

    @Test
    void value_withWhatAReaderWouldNotSee_isEscaped() {
        assertThat(Quoted.of("a\"b\n\u200b\ud800c")).isEqualTo("\"a\\\"bU+000AU+200BU+D800c\"");
    }
}
