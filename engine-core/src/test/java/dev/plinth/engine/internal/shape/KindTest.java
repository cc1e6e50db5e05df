package dev.plinth.engine.internal.shape;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.api.ProblemError;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.json.Fields;
import dev.plinth.engine.internal.json.JsonBytes;
import dev.plinth.engine.internal.json.JsonReader;
import dev.plinth.engine.internal.json.JsonSchema;
import dev.plinth.engine.internal.json.JsonValue;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each kind takes and refuses the same values when it reads as its schema does. */
final class KindTest {
    private static final Pattern WORD = Pattern.compile("[a-z]+");
    private static final Member<Integer> COUNT = Member.optional("count", Kind.integer(1, 4), 3);
    private static final Member<String> NAME = Member.required("name", Kind.text(1, 3));

    record Edges(String name, Kind<?> kind, List<String> within, List<String> beyond) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Edges> kinds() {
        return Stream.of(
                edges("text", Kind.text(1, 3), "'a' 'abc' '😀😀😀'", "'' 'abcd' 1 null []"),
                edges("empty text", Kind.text(0, 3), "'' 'abc'", "'abcd' null"),
                edges("whole", Kind.whole(-2, 4), "-2 4", "-3 5 1.5 '1' null 99999999999999999999"),
                edges("integer", Kind.integer(1, 4), "1 4", "0 5 true"),
                edges("truth", Kind.TRUTH, "true false", "1 'true' null"),
                edges("time", Kind.TIME, "'2027-01-01T00:00:00.000Z'", "'tomorrow' 1 null"),
                edges("any", Kind.ANY, "null 1 'x' [] {}", ""),
                edges("object", Kind.OBJECT, "{} {'a':1}", "[] 'x' null"),
                edges("words", Kind.oneOf(List.of("red", "blue")), "'red' 'blue'", "'green' '' null 1"),
                edges("pattern", Kind.matching(WORD, "abc"), "'abc'", "'ABC' '' 1 null 'abc\\n'"),
                edges("short pattern", Kind.matching(WORD, "abc", 3), "'abc'", "'abcd' 'A'"),
                edges("id", Kind.id(IdKind.JOB), "'job_00000000000000000000000000'", "1 null []"),
                edges("list", list(), "[1] [1,1]", "[1,1,1] {} null"),
                edges("nested", Body.of("Inner", NAME).kind(), "{'name':'a'}", "{} {'name':1} {'name':'a','b':1} []"),
                edges("or null", Kind.TIME.orNull(0L), "null '2027-01-01T00:00:00.000Z'", "'tomorrow' 1"),
                edges(
                        "except",
                        Kind.matching(WORD, "abc")
                                .except("reserved"::equals, Schema.oneOf(List.of("reserved")), "reserved", "No."),
                        "'abc'",
                        "'reserved' 'ABC'"));
    }

    private static Kind<Integer> list() {
        return Kind.list(0, 2, Schema.whole(1, 1), (fields, name, items) -> items.size());
    }

    private static Edges edges(String name, Kind<?> kind, String within, String beyond) {
        return new Edges(name, kind, values(within), values(beyond));
    }

    private static List<String> values(String text) {
        return text.isEmpty() ? List.of() : List.of(text.replace('\'', '"').split(" "));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void values_atTheEdgesOfAKind_areJudgedAsItsSchemaSays(Edges edges) {
        Body body = Body.of("B", Member.required("m", edges.kind()));
        JsonSchema schema = schema(body);
        for (String value : edges.within()) {
            assertThat(errors(body, "{\"m\":" + value + "}")).as(value).isEmpty();
            assertThat(schema.check(json("{\"m\":" + value + "}"), ""))
                    .as(value)
                    .isEmpty();
        }
        for (String value : edges.beyond()) {
            assertThat(errors(body, "{\"m\":" + value + "}")).as(value).isNotEmpty();
            assertThat(schema.check(json("{\"m\":" + value + "}"), ""))
                    .as(value)
                    .isNotEmpty();
        }
        assertThat(errors(body, "{}")).extracting(ProblemError::code).containsExactly("required");
        assertThat(schema.check(json("{}"), "")).isNotEmpty();
    }

    @Test
    void errors_ofSeveralMembers_comeInTheOrderOfTheDeclaration() {
        Body body = Body.of("B", NAME, COUNT).checkedBy((fields, values) -> fields.error("name", "rule", "No."));

        assertThat(errors(body, "{\"other\":1,\"count\":9,\"name\":\"\"}"))
                .extracting(error -> error.at() + ":" + error.code())
                .containsExactly("/name:too_short", "/count:out_of_range", "/name:rule", "/other:unknown_member");
    }

    @Test
    void value_ofAnAbsentMember_isItsDefaultWhichTheSchemaTells() {
        Body body = Body.of("B", NAME, COUNT);
        Values values = read(body, "{\"name\":\"a\"}", new ArrayList<>());

        assertThat(values.get(COUNT)).isEqualTo(3);
        assertThat(text(body))
                .contains(
                        "\"count\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":4,\"x-default\":3,\"description\":\"Default: 3.\"}");
    }

    @Test
    void member_requiredByRule_isRequiredInTheSchemaAndJudgedByTheRule() {
        Member<String> type = Member.requiredByRule("type", Kind.oneOf(List.of("truck")), "car");
        Body body = Body.of("B", type)
                .checkedBy((fields, values) -> fields.error("type", "unknown_type", "No " + values.get(type)));

        assertThat(errors(body, "{}")).extracting(ProblemError::detail).containsExactly("No car");
        assertThat(text(body)).contains("\"required\":[\"type\"]").doesNotContain("default");
    }

    @Test
    void get_aMemberWithoutValueOrOfAnotherBody_isRefused() {
        Member<String> note = Member.optional("note", Kind.text(1, 3));
        Values values = read(Body.of("B", note), "{}", new ArrayList<>());

        assertThat(values.find(note)).isNull();
        assertThatThrownBy(() -> values.get(note)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> values.find(NAME)).isInstanceOf(IllegalStateException.class);
    }

    private static List<ProblemError> errors(Body body, String json) {
        List<ProblemError> errors = new ArrayList<>();
        Values unused = read(body, json, errors);
        return errors;
    }

    private static Values read(Body body, String json, List<ProblemError> errors) {
        Fields fields = new Fields((JsonValue.Obj) json(json), "", errors);
        Values values = body.read(fields);
        fields.end();
        return values;
    }

    private static JsonValue json(String text) {
        return JsonReader.trusted(text.getBytes(StandardCharsets.UTF_8));
    }

    private static JsonSchema schema(Body body) {
        return JsonSchema.of(text(body).getBytes(StandardCharsets.UTF_8));
    }

    private static String text(Body body) {
        JsonBytes json = new JsonBytes();
        body.schema().print(json);
        return new String(json.bytes(), StandardCharsets.UTF_8);
    }
}
