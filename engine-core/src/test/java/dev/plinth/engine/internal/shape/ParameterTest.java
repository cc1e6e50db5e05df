package dev.plinth.engine.internal.shape;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.internal.base.IdKind;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A parameter reads its text, or says what is wrong with it. */
final class ParameterTest {
    private final List<String> codes = new ArrayList<>();

    private <T> @Nullable T read(Parameter<T> parameter, String text) {
        return parameter.reader().read(text, (code, detail) -> codes.add(code));
    }

    @Test
    void whole_withinAndBeyondItsRange_isTakenAndRefused() {
        Parameter<Integer> limit = Parameter.whole("limit", 1, 100, "The items of a page.");

        assertThat(read(limit, "1")).isEqualTo(1);
        assertThat(read(limit, "100")).isEqualTo(100);
        assertThat(codes).isEmpty();
        for (String text : List.of("0", "101", "", "x", "-1", "1.0", "9999999999999999999")) {
            assertThat(read(limit, text)).as(text).isNull();
        }
        assertThat(codes).hasSize(7).containsOnly("out_of_range");
    }

    @Test
    void words_ofOneOfAndTruth_areTakenAndOthersRefused() {
        assertThat(read(Parameter.oneOf("status", List.of("active", "all"), "A state."), "all"))
                .isEqualTo("all");
        assertThat(read(Parameter.truth("shared", "Shared ones."), "true")).isTrue();
        assertThat(read(Parameter.truth("shared", "Shared ones."), "false")).isFalse();
        assertThat(codes).isEmpty();

        assertThat(read(Parameter.truth("shared", "Shared ones."), "1")).isNull();
        assertThat(codes).containsExactly("invalid_value");
    }

    @Test
    void time_betweenTwoMilliseconds_isReadUpOrDown() {
        String between = "1970-01-01T00:00:00.0015Z";

        assertThat(read(Parameter.time("after", false, "A time."), between)).isEqualTo(1);
        assertThat(read(Parameter.time("before", true, "A time."), between)).isEqualTo(2);
        assertThat(read(Parameter.time("before", true, "A time."), "tomorrow")).isNull();
        assertThat(codes).containsExactly("invalid_format");
    }

    @Test
    void id_ofNothing_isReadAndTextThatIsNoneIsRefused() {
        String nothing = "res_00000000000000000000000000";
        assertThat(read(Parameter.id("resourceId", IdKind.RESOURCE, "A resource."), nothing))
                .isNotNull();
        assertThat(codes).isEmpty();

        assertThat(read(Parameter.id("resourceId", IdKind.RESOURCE, "A resource."), "x"))
                .isNull();
        assertThat(codes).containsExactly("invalid_format");
    }
}
