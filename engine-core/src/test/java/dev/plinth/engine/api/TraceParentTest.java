package dev.plinth.engine.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The header of W3C Trace Context §3.2. */
class TraceParentTest {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String SPAN = "00f067aa0ba902b7";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "00-" + TRACE + "-" + SPAN + "-01",
                "00-" + TRACE + "-" + SPAN + "-ff",
                "cc-" + TRACE + "-" + SPAN + "-01",
                "cc-" + TRACE + "-" + SPAN + "-01-what-the-future-will-be-like",
                "cc-" + TRACE + "-" + SPAN + "-01-"
            })
    void parse_rightHeader_isReadAndWrittenInVersion00(String header) {
        TraceParent read = TraceParent.parse(header).orElseThrow();

        assertThat(read.traceId()).isEqualTo(TRACE);
        assertThat(read.spanId()).isEqualTo(SPAN);
        assertThat(read).hasToString("00-" + TRACE + "-" + SPAN + "-01");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00",
                "00-" + TRACE + "-" + SPAN,
                "00-" + TRACE + "-" + SPAN + "-1",
                "00-" + TRACE + "-" + SPAN + "-001",
                "00-" + TRACE + "-" + SPAN + "-01-more",
                "00-" + TRACE + "-" + SPAN + "-01 ",
                "cc-" + TRACE + "-" + SPAN + "-01.more",
                "ff-" + TRACE + "-" + SPAN + "-01",
                "00-4BF92F3577B34DA6A3CE929D0E0E4736-" + SPAN + "-01",
                "00-" + TRACE + "-" + SPAN + "-0G",
                "00-00000000000000000000000000000000-" + SPAN + "-01",
                "00-" + TRACE + "-0000000000000000-01",
                "00_" + TRACE + "_" + SPAN + "_01",
                "00-" + TRACE + "-" + SPAN + "-01, 00-" + TRACE + "-" + SPAN + "-01"
            })
    void parse_malformedHeader_isIgnored(String header) {
        assertThat(TraceParent.parse(header)).isEmpty();
    }

    @Test
    void parse_notSampled_staysSo() {
        assertThat(TraceParent.parse("00-" + TRACE + "-" + SPAN + "-02").orElseThrow())
                .hasToString("00-" + TRACE + "-" + SPAN + "-00");
        assertThat(TraceParent.parse(null)).isEmpty();
    }

    @Test
    void of_malformedId_isRefusedWithIt() {
        assertThatThrownBy(() -> TraceParent.of(TRACE, "1", true))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("and 1.");
        assertThat(TraceParent.of(TRACE, SPAN, true)).hasToString("00-" + TRACE + "-" + SPAN + "-01");
    }
}
