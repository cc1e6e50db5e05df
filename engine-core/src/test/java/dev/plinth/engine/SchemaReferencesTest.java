package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** References and patterns of a type's schema: what opens answers, and what leads outside does not open. */
@Tag("scaled")
final class SchemaReferencesTest {
    /** Schemas that the fuzz test changes. */
    private static final List<String> SEEDS = List.of(
            "{'$id':'https://a.example/x.json','properties':{'v':{'$ref':'y.json'}},"
                    + "'$defs':{'y':{'$id':'y.json','type':'object','properties':{'w':{'$ref':'#m'}},"
                    + "'$defs':{'m':{'$anchor':'m','type':'number','minimum':0}}}}}",
            "{'$dynamicAnchor':'node','type':'object','properties':{'children':{'type':'array','items':"
                    + "{'$dynamicRef':'#node'}},'v':{'$ref':'#/$defs/a'}},'$defs':{'a':{'pattern':'^[a-z]+$'}}}",
            "{'properties':{'default':{'$ref':'#/$defs/a'},'enum':{'$ref':'#/$defs/b'},'v':{'allOf':[{'$ref':'#/$defs/a'},"
                    + "{'not':{'$ref':'#/$defs/b'}}]}},'$defs':{'a':{'enum':[1,'x',null]},'b':{'const':{'$ref':'#/none'}}}}",
            "{'if':{'required':['v']},'then':{'$ref':'#/$defs/c'},'else':{'propertyNames':{'pattern':'\\\\p{Letter}'}},"
                    + "'dependentSchemas':{'v':{'$ref':'#/$defs/c'}},'unevaluatedProperties':false,"
                    + "'$defs':{'c':{'patternProperties':{'^v$':{'format':'date'},'^\\\\d':true}}}}");

    private static final List<String> WORDS = List.of(
            "'$ref'",
            "'$dynamicRef'",
            "'$anchor'",
            "'$dynamicAnchor'",
            "'$id'",
            "'allOf'",
            "'not'",
            "'v'",
            "'items'",
            "'default'",
            "'enum'",
            "'#'",
            "'#node'",
            "'#m'",
            "'y.json'",
            "'#/$defs/a'",
            "'#/$defs/c'",
            "'#/properties/v'",
            "'classpath:draft-04/schema'",
            "true",
            "{}",
            "[]",
            "1",
            "'$defs'",
            "'properties'",
            "'if'",
            "'then'",
            "'contains'",
            "'format'",
            "'multipleOf'",
            "'type'",
            "'object'",
            "'#/if'",
            "'#/then'",
            "'pattern'",
            "'^a'");

    private static final List<String> VALUES = List.of(
            "{}",
            "{'v':1}",
            "{'v':'x'}",
            "{'v':{'w':-1}}",
            "{'v':{'w':{'v':[]}}}",
            "{'v':null}",
            "{'v':[[1],{}]}",
            "{'default':1,'enum':{},'children':[{'v':'b'},{'children':[{}]}]}",
            "{'x':{'v':{}},'1':2}");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "{'properties':{'x':{'$dynamicRef':'#nope'}}} | #nope",
                "{'properties':{'default':{'$dynamicRef':'https://a.example/b'}}} | https://a.example/b",
                "{'properties':{'default':{'$ref':'classpath:draft-04/schema'}}} | classpath:draft-04/schema",
                "{'properties':{'enum':{'$ref':'resource:draft-04/schema'}}} | resource:draft-04/schema",
                "{'properties':{'const':{'$ref':'file:///etc/passwd'}}} | file:///etc/passwd",
                "{'properties':{'examples':{'$ref':'jar:file:/a.jar!/b'}}} | jar:file:/a.jar!/b",
                "{'$defs':{'default':{'$ref':'http://127.0.0.1/a'}}} | http://127.0.0.1/a",
                "{'$ref':'http://json-schema.org/draft-07/schema'} | http://json-schema.org/draft-07/schema",
                "{'$id':'https://a.example/a.json','$ref':'b.json'} | b.json",
                "{'properties':{'a':{'$ref':'#/properties/a'}}} | to itself without end",
                "{'properties':{'a':{'$ref':'#/$defs/b'}},'$defs':{'b':{'anyOf':[{'$ref':'#/properties/a'}]}}} | to itself",
                "{'$ref':'#/$defs/a/enum/0','$defs':{'a':{'enum':['text']}}} | no schema is there",
                "{'$ref':'#/x','x':{'type':'nonsense'}} | type",
                "{'$defs':{'a':{'$anchor':'n'},'b':{'$anchor':'n'}}} | two of its schemas have the $anchor n",
                "{'$defs':{'a':{'$id':'n'},'b':{'$id':'n'}}} | two of its schemas have the $id n",
                "{'$vocabulary':{'https://a.example/v':true}} | $vocabulary",
                "{'$defs':{'a':{'$id':'n','$schema':'http://json-schema.org/draft-07/schema#'}}} | $schema",
                "{'patternProperties':{'^v$':{'$id':'date'}}} | patternProperties has an $id",
                "{'minimum':1e9999} | digits",
            })
    void open_referenceThatLeadsOutsideOrNowhere_isRefusedAndNamed(String schema, String named) {
        assertThatThrownBy(() -> open(schema).close())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("The schema of type t must be a JSON Schema (draft 2020-12), and is not: ")
                .hasMessageContaining(named)
                .hasMessageMatching("[^\\n]+\\.");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                // A bundle, as tools write it: each schema keeps its own $id.
                "{'$id':'https://a.example/a/','properties':{'v':{'$ref':'item'}},'$defs':{'i':{'$id':'item','type':'string'}}}",
                "{'properties':{'v':{'$ref':'item.json'}},'$defs':{'i':{'$id':'item.json','type':'string'}}}",
                "{'properties':{'v':{'$ref':'urn:example:s'}},'$defs':{'i':{'$id':'urn:example:s','type':'string'}}}",
                "{'properties':{'v':{'$ref':'#s'}},'$defs':{'i':{'$anchor':'s','type':'string'}}}",
                "{'properties':{'v':{'$dynamicRef':'#s'}},'$defs':{'i':{'$dynamicAnchor':'s','type':'string'}}}",
                "{'properties':{'v':{'$ref':'b#/$defs/s'}},'$defs':{'b':{'$id':'b','$defs':{'s':{'type':'string'}}}}}",
                "{'properties':{'v':{'$ref':'#/x-kept/s'}},'x-kept':{'s':{'type':'string'}}}",
                "{'properties':{'v':{'$ref':'#/$defs/a~1%20b'}},'$defs':{'a/ b':{'type':'string'}}}",
                "{'properties':{'v':{'type':'string'}},'const':{'$ref':'#none','v':'x'},'not':{'const':{'v':1}}}",
                "{'properties':{'v':{'enum':['x',{'$ref':'http://a.example/'}]}}}",
                "{'properties':{'v':{'pattern':'^\\\\p{Letter}$','type':'string'}}}",
            })
    void open_referenceInsideTheSchema_isFollowed(String schema) {
        try (Engine engine = open(schema)) {
            String key = key(engine);
            assertThat(create(engine, key, schema.contains("const") ? "{'$ref':'#none','v':'x'}" : "{'v':'x'}"))
                    .isEqualTo(201);
            assertThat(create(engine, key, "{'v':1}")).isEqualTo(422);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "^\\p{Letter}+$ | äb | 1",
                "^\\p{Script=Greek}$ | α | a",
                "^\\p{Lu}$ | Ä | ä",
                "^\\d$ | 5 | ٣",
                "^\\cJ$ | \\n | j",
                "^\\cj$ | \\n | j",
                "^a$ | a | a\\n",
                "(a$) | a | a\\n",
                "^\\s$ | \\u00a0 | x",
                "^\\S$ | x | \\ufeff",
                "^\\w$ | _ | é",
                "^.$ | \\u0085 | \\u2028",
                "^\\v$ | \\u000b | \\n",
                "^[[&&a-c]$ | & | ]",
                "^[\\w-]+$ | a-b | a+b",
                "^[^\\d\\s]$ | x | 1",
                "^[^]$ | \\n | ab",
                "^\\u{1F600}$ | 😀 | u",
                "^\\ud83d\\ude00$ | 😀 | u",
                "^(?<a_b>x)\\k<a_b>$ | xx | x",
                "^(x)\\1$ | xx | x",
                "\\Bé | é | aé",
                "^a{2}$ | aa | a{2}",
                "^\\/\\-$ | /- | /",
            })
    void create_patternOfEcma262_meansWhatItMeansThere(String pattern, String kept, String refused) {
        String schema = "{'properties':{'v':{'pattern':'" + pattern.replace("\\", "\\\\") + "'}}}";
        try (Engine engine = open(schema)) {
            String key = key(engine);
            assertThat(create(engine, key, "{'v':'" + kept + "'}")).isEqualTo(201);
            assertThat(create(engine, key, "{'v':'" + refused + "'}")).isEqualTo(422);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"\\Z", "\\a", "a++", "(?i)a", "(?>a)", "*a", "[a", "(a", "\\p{Nonsense}", "\\u12", "\\c1", "a**"})
    void open_patternThatEcma262DoesNotKnow_isRefused(String pattern) {
        assertThatThrownBy(() -> open("{'properties':{'v':{'pattern':'" + pattern.replace("\\", "\\\\") + "'}}}")
                        .close())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageMatching("[^\\n]+\\.");
    }

    @Test
    void create_changedSchemasThatOpen_neverAnswer500() {
        long seed = TestScale.seed();
        Random random = new Random(seed);
        int opened = 0;
        for (int i = 0; i < TestScale.count(1_000, 5_000, 10_000); i++) {
            String schema = changed(random);
            Engine engine;
            try {
                engine = open(schema);
            } catch (IllegalArgumentException e) {
                continue;
            }
            opened++;
            try (engine) {
                String key = key(engine);
                for (String value : VALUES) {
                    assertThat(create(engine, key, value))
                            .as("%s with %s, %s", schema, value, TestScale.repeatWith(seed))
                            .isIn(201, 422);
                }
            }
        }
        System.out.println("changed schemas: " + opened + " opened, " + TestScale.repeatWith(seed));
    }

    /** Replaces, twice or three times, one word of a schema by another. */
    private static String changed(Random random) {
        List<String> tokens = new ArrayList<>(
                Arrays.asList(SEEDS.get(random.nextInt(SEEDS.size())).split("(?<=[:,{}\\[\\]])|(?=[:,{}\\[\\]])")));
        for (int changes = 1 + random.nextInt(3); changes > 0; ) {
            int at = random.nextInt(tokens.size());
            if (tokens.get(at).matches("[:,{}\\[\\]]")) {
                continue;
            }
            tokens.set(at, WORDS.get(random.nextInt(WORDS.size())));
            changes--;
        }
        return String.join("", tokens);
    }

    private static Engine open(String schema) {
        return Engine.builder()
                .resourceType("t", Json.of(schema.replace('\'', '"')))
                .open();
    }

    private static String key(Engine engine) {
        String workspace =
                engine.admin().createWorkspace("acme", "business").call().id();
        return engine.admin().createKey(workspace, "k").call().secret().orElseThrow();
    }

    private static int create(Engine engine, String key, String data) {
        String body = "{\"name\":\"a\",\"type\":\"t\",\"data\":" + data.replace('\'', '"') + "}";
        return engine.call(Call.of("POST", "/v1/resources").withKey(key).withBody(Json.of(body)))
                .status();
    }
}
