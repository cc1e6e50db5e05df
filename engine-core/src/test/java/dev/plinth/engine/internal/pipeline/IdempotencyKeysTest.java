package dev.plinth.engine.internal.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.RefusedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdempotencyKeysTest {
    @Test
    void read_quotedAndBare_isTheSameKey() {
        assertThat(IdempotencyKeys.read("\"order-17\""))
                .isEqualTo(IdempotencyKeys.read("order-17"))
                .isEqualTo("order-17");
    }

    @Test
    void read_quotedWithEscapes_isUnescaped() {
        assertThat(IdempotencyKeys.read("\"a\\\"b\\\\c\"")).isEqualTo("a\"b\\c");
    }

    @Test
    void read_spaceAround_isIgnored() {
        assertThat(IdempotencyKeys.read("  \"k 1\" ")).isEqualTo("k 1");
    }

    @Test
    void read_upperCase_isAnotherKey() {
        assertThat(IdempotencyKeys.read("K")).isNotEqualTo(IdempotencyKeys.read("k"));
    }

    @Test
    void read_255Characters_isTheLongest() {
        String longest = "k".repeat(255);

        assertThat(IdempotencyKeys.read(longest)).isEqualTo(longest);
        assertThat(IdempotencyKeys.read('"' + longest + '"')).isEqualTo(longest);
        assertInvalid(longest + "k");
        assertInvalid('"' + longest + "k\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "   ", "\"\"", "käse", "a\tb", "a\u0000b", "a\u007fb", "\"a\u00a0\"", "\ud83d\ude00"})
    void read_emptyOrNotPrintable_isInvalid(String header) {
        assertInvalid(header);
    }

    private static void assertInvalid(String header) {
        RefusedException refused = catchThrowableOfType(RefusedException.class, () -> IdempotencyKeys.read(header));
        assertThat(refused).as("refusal of " + header).isNotNull();
        assertThat(refused.refusal().code()).isEqualTo(ProblemCode.IDEMPOTENCY_KEY_INVALID);
    }
}
