package dev.plinth.engine.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The headers of W3C Trace Context §3.2 and §3.3. */
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

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "foo=1|foo=1",
                "foo=1,bar=2|foo=1,bar=2",
                "foo=1 \t , \tbar=2 |foo=1,bar=2",
                ", foo=1,,bar=2,|foo=1,bar=2",
                "foo= 1 2|foo= 1 2",
                "0a/b@c-d*e_f=!~|0a/b@c-d*e_f=!~",
                "foo=1,foo=2|foo=1,foo=2"
            })
    void withState_rightHeader_isKeptInItsOrderWithoutBlanksAround(String header, String kept) {
        assertThat(place().withState(header).state()).isEqualTo(kept);
        assertThat(place().withState(header)).hasToString(place().toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " , ",
                "foo",
                "foo=",
                "=1",
                "foo =1",
                "Foo=1",
                "@foo=1",
                "foo.bar=1",
                "foo=1=2",
                "foo=1,bar",
                "foo=é",
                "foo=1\t2",
                "foo=1\r\nother: 2"
            })
    void withState_malformedHeader_isNone(String header) {
        assertThat(place().withState(header)).isEqualTo(place());
    }

    @Test
    void withState_atItsLimits_isKeptAndBeyondThemIsNone() {
        String key = "k".repeat(256);
        String value = "v".repeat(256);
        for (String kept : new String[] {key + "=1", "k=" + value, members(32)}) {
            assertThat(place().withState(kept).state()).isEqualTo(kept);
        }
        for (String refused : new String[] {key + "k=1", "k=" + value + "v", members(33)}) {
            assertThat(place().withState(refused).state()).isEmpty();
        }
    }

    @Test
    void withState_tooLong_losesLongMembersFirstAndThenThoseAtTheEnd() {
        String exact = "a=" + "1".repeat(250) + ",b=" + "2".repeat(250) + ",c=3456";
        assertThat(exact).hasSize(TraceParent.STATE_LENGTH_MAX);
        assertThat(place().withState(exact).state()).isEqualTo(exact);
        assertThat(place().withState(exact + "7").state()).isEqualTo("a=" + "1".repeat(250) + ",c=34567");

        String ofUsual = IntStream.range(0, 5)
                .mapToObj(i -> "k" + i + "=" + "v".repeat(125))
                .collect(Collectors.joining(","));
        assertThat(place().withState(ofUsual).state()).isEqualTo(ofUsual.substring(0, 3 * 129 - 1));
        assertThat(place().withState("long=" + "x".repeat(200) + "," + ofUsual).state())
                .isEqualTo(ofUsual.substring(0, 3 * 129 - 1));
    }

    @Test
    void state_goesOnWithAnotherSpanAndLosesBlanks() {
        TraceParent place = place().withState("foo=1");
        assertThat(place.withSpan(7).state()).isEqualTo("foo=1");
        assertThat(place.withState(null)).isEqualTo(place());
        assertThat(TraceParent.of(1, 2, 3, true).withState("foo=1, bar=2").state())
                .isEqualTo("foo=1,bar=2");
    }

    private static TraceParent place() {
        return TraceParent.of(TRACE, SPAN, true);
    }

    private static String members(int count) {
        return IntStream.range(0, count).mapToObj(i -> "k" + i + "=" + i).collect(Collectors.joining(","));
    }

    @Test
    void of_malformedId_isRefusedWithIt() {
        assertThatThrownBy(() -> TraceParent.of(TRACE, "1", true))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("and 1.");
        assertThat(TraceParent.of(TRACE, SPAN, true)).hasToString("00-" + TRACE + "-" + SPAN + "-01");
    }
}
