package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import dev.plinth.engine.api.Event;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.JsonMismatchException;
import dev.plinth.engine.api.ProblemError;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link Json#at}, {@link Json#as} and {@link Json#of(Record)}. */
class JsonTypesTest {
    /** The document of RFC 6901 §5. */
    private static final Json RFC = Json.of("{\"foo\":[\"bar\",\"baz\"],\"\":0,\"a/b\":1,\"c%d\":2,\"e^f\":3,\"g|h\":4,"
            + "\"i\\\\j\":5,\"k\\\"l\":6,\" \":7,\"m~n\":8,\"null\":null,\"deep\":[{\"x\":1.50}]}");

    record Line(String article, BigDecimal price, Optional<Integer> number) {}

    enum Colour {
        RED,
        BLUE
    }

    record Order(String name, Instant at, Colour colour, List<Line> lines, Map<String, Long> counts, Json rest) {
        Order {
            if (lines.isEmpty()) {
                throw new IllegalArgumentException("An order must have lines. Add one.");
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            ignoreLeadingAndTrailingWhitespace = false,
            quoteCharacter = '`',
            value = {
                "/foo/0;\"bar\"",
                "/foo;[\"bar\",\"baz\"]",
                "/;0",
                "/a~1b;1",
                "/c%d;2",
                "/e^f;3",
                "/g|h;4",
                "/i\\j;5",
                "/k\"l;6",
                "/ ;7",
                "/m~0n;8",
                "/null;null",
                "/deep/0/x;1.50"
            })
    void at_theRfcsExamples_areFound(String pointer, String value) {
        assertThat(RFC.at(pointer)).contains(Json.of(value));
    }

    @Test
    void at_emptyPointer_isTheWhole() {
        assertThat(RFC.at("")).contains(RFC);
        assertThat(Json.of("7").at("")).contains(Json.of("7"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/nope",
                "/foo/2",
                "/foo/00",
                "/foo/01",
                "/foo/-",
                "/foo/-1",
                "/foo/99999999999999999999",
                "/foo/4294967296",
                "/foo/0/x",
                "/foo/",
                "/nope/x/y",
                "/null/x",
                "/m~01n"
            })
    void at_noSuchPlace_isEmpty(String pointer) {
        assertThat(RFC.at(pointer)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"foo", " /foo", "/m~n", "/m~", "/nope/~2", "#/foo"})
    void at_noPointer_isRefused(String pointer) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RFC.at(pointer))
                .withMessageContaining("got " + pointer + ".");
    }

    @Test
    void as_recordAndBack_isTheSame() {
        String text =
                "{\"name\":\"n\",\"at\":\"2026-01-31T12:00:00Z\",\"colour\":\"RED\",\"lines\":[{\"article\":\"a\",";
        Json json = Json.of(
                text.concat(
                        "\"price\":1.50},{\"article\":\"b\",\"price\":2,\"number\":3}],\"counts\":{\"a\":5},\"rest\":{\"z\":[null]}}"));

        Order order = json.as(Order.class);

        assertThat(order.lines().get(0).price()).isEqualByComparingTo("1.5");
        assertThat(order.lines().get(1).number()).contains(3);
        assertThat(Json.of(order)).isEqualTo(json);
        assertThat(json.at("/lines/1").orElseThrow().as(Line.class))
                .isEqualTo(order.lines().get(1));
    }

    @Test
    void as_doesNotFit_hasAllErrorsWithPointers() {
        String text =
                "{\"name\":1,\"at\":\"x\",\"colour\":\"GREEN\",\"lines\":[{\"article\":\"a\"}],\"counts\":{\"a/b\":1.5},";
        Json json = Json.of(text.concat("\"more\":1}"));

        assertThatExceptionOfType(JsonMismatchException.class)
                .isThrownBy(() -> json.as(Order.class))
                .satisfies(wrong -> assertThat(wrong.errors())
                        .extracting(ProblemError::at)
                        .containsExactlyInAnyOrder(
                                "/name", "/at", "/colour", "/lines/0/price", "/counts/a~1b", "/rest", "/more"))
                .withMessageStartingWith("The JSON does not fit " + Order.class.getName() + ": /name: ")
                .withMessageEndingWith(" And 4 more.");
    }

    @Test
    void as_constructorRefuses_isAnErrorAtItsPlace() {
        Json json =
                Json.of("{\"name\":\"n\",\"at\":\"2026-01-31T12:00:00Z\",\"colour\":\"RED\",\"lines\":[],\"counts\":{},"
                        + "\"rest\":0}");

        assertThatExceptionOfType(JsonMismatchException.class)
                .isThrownBy(() -> json.as(Order.class))
                .withMessage("The JSON does not fit " + Order.class.getName()
                        + ": the value: An order must have lines. Add one.");
    }

    @Test
    void as_plainTypes_areRead() {
        assertThat(Json.of("\"t\"").as(String.class)).isEqualTo("t");
        assertThat(Json.of("7").as(int.class)).isEqualTo(7);
        assertThat(Json.of("7").as(Long.class)).isEqualTo(7L);
        assertThat(Json.of("\"BLUE\"").as(Colour.class)).isEqualTo(Colour.BLUE);
        assertThat(Json.of("true").as(Json.class)).isEqualTo(Json.of("true"));
        assertThatExceptionOfType(JsonMismatchException.class)
                .isThrownBy(() -> Json.of("null").as(String.class))
                .withMessageContaining("the value: The value must be a string, got ");
    }

    @Test
    void as_wireValue_isRead() {
        Json json =
                Json.of("{\"id\":\"evt_1\",\"type\":\"a.b\",\"createdAt\":\"2026-01-31T12:00:00.000Z\",\"data\":{}}");
        assertThat(json.as(Event.class)).isEqualTo(Event.of(json));
    }

    @Test
    void as_otherType_isRefusedWithItsName() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RFC.as(Thread.class))
                .withMessageContaining(Thread.class.getName());
        assertThatNullPointerException().isThrownBy(() -> RFC.as(null)).withMessage("type must not be null.");
        assertThatNullPointerException().isThrownBy(() -> RFC.at(null)).withMessage("pointer must not be null.");
    }
}
