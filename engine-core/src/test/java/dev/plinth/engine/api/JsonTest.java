package dev.plinth.engine.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    @Test
    @SuppressWarnings("NullAway") // what a host without a null checker may do
    void of_noMembersAtAll_isRefused() {
        assertThatThrownBy(() -> Json.of((Map<String, Object>) null))
                .isInstanceOf(NullPointerException.class)
                .hasMessageContaining("must not be null");
    }

    @Test
    void of_map_isCompactInTheOrderOfTheMap() {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("text", "a\"b");
        members.put("whole", 1);
        members.put("long", Long.MAX_VALUE);
        members.put("big", new BigInteger("123456789012345678901234567890"));
        members.put("decimal", new BigDecimal("1.50"));
        members.put("double", 0.5);
        members.put("truth", true);
        members.put("nothing", null);
        members.put("list", Arrays.asList(1, "two", null, List.of()));
        members.put("map", Map.of("inner", Map.of()));
        members.put("json", Json.of("{\"n\": 1.0}"));

        assertThat(Json.of(members))
                .hasToString("{\"text\":\"a\\\"b\",\"whole\":1,\"long\":9223372036854775807,"
                        + "\"big\":123456789012345678901234567890,\"decimal\":1.50,\"double\":0.5,\"truth\":true,"
                        + "\"nothing\":null,\"list\":[1,\"two\",null,[]],\"map\":{\"inner\":{}},\"json\":{\"n\":1.0}}");
    }

    @Test
    void asMap_ofAnObject_givesItsMembersBack() {
        Json json = Json.of("{\"a\":[1.0,\"x\",null,true],\"b\":{\"c\":2}}");

        assertThat(json.asMap())
                .containsEntry("a", Arrays.asList(new BigDecimal("1.0"), "x", null, true))
                .containsEntry("b", Map.of("c", new BigDecimal("2")));
        assertThat(Json.of(json.asMap())).isEqualTo(json);
    }

    @Test
    void asMap_ofAnArray_isRefused() {
        assertThatThrownBy(() -> Json.of("[1]").asMap())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("'['");
    }

    @Test
    void of_valueOfAnotherKind_isRefused() {
        for (Object value : new Object[] {new Object(), Double.NaN, Float.POSITIVE_INFINITY, new int[0], 'c'}) {
            assertThatThrownBy(() -> Json.of(Map.of("a", value)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(value.getClass().getName());
        }
    }

    @Test
    void of_mapDeeperThan64_isRefused() {
        Map<String, Object> map = Map.of();
        for (int depth = 1; depth < 64; depth++) {
            map = Map.of("a", map);
        }
        assertThat(Json.of(map)).isNotNull();
        Map<String, Object> deeper = Map.of("a", map);

        assertThatThrownBy(() -> Json.of(deeper)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void of_valueInsideItselfOrFarTooDeep_isRefusedWithTheLimit() {
        Map<String, Object> cycle = new LinkedHashMap<>();
        cycle.put("self", cycle);
        List<Object> list = new ArrayList<>();
        list.add(Map.of("list", list));
        Map<String, Object> deep = Map.of();
        for (int depth = 0; depth < 100_000; depth++) {
            deep = Map.of("a", deep);
        }
        for (Map<String, ?> members : List.of(cycle, Map.of("list", list), deep, Map.of("pair", new Pair(list)))) {
            assertThatThrownBy(() -> Json.of(members))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("A value must be nested 64 levels deep at most, and must not contain itself, got one"
                            + " that is deeper. Flatten it, or break the cycle.");
        }
        assertThatThrownBy(() -> Json.of(new Pair(list)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("64 levels");
    }

    /** A record with a list that may contain the record. */
    private record Pair(List<Object> list) {}

    @Test
    @SuppressWarnings("unchecked") // what a host that casts may do
    void of_nameThatIsNoString_isRefusedWithItsKind() {
        Map<Object, Object> nameless = new HashMap<>();
        nameless.put(null, 1);
        for (Map<?, ?> map : List.of(nameless, Map.of(1, 2))) {
            String kind = map == nameless ? "null" : "java.lang.Integer";
            for (Map<String, ?> members : List.of(
                    (Map<String, Object>) map, Map.of("in", map), Map.of("in", List.of(new Pair(List.of(map)))))) {
                assertThatThrownBy(() -> Json.of(members))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage("The name of a member must be a string, got " + kind + ". Convert it first.");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "{\"a\":1,\"a\":2}", "{} {}", "\"\\ud800\"", "NaN"})
    void of_textThatIsNoJson_isRefused(String text) {
        assertThatThrownBy(() -> Json.of(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\ud800", "\udc00", "\ud800a", "\ude00\ud83d"})
    void of_halfASurrogatePair_isRefusedAndNotReplaced(String text) {
        assertThatThrownBy(() -> Json.of("\"" + text + "\"")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Json.of(Map.of("a", text))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Json.of(Map.of(text, 1))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void asMap_largestExponentThatIsTaken_isANumberAndALongerOneIsRefused() {
        assertThat(Json.of("{\"n\":1e-99999999}").asMap()).containsKey("n");
        assertThatThrownBy(() -> Json.of("{\"n\":1E+999999999}"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("exponent");
    }

    @Test
    void equals_sameBytes_isEqualAndNumbersAsWritten() {
        assertThat(Json.of("{\"a\":1}")).isEqualTo(Json.of(Map.of("a", 1))).hasSameHashCodeAs(Json.of("{\"a\":1}"));
        assertThat(Json.of("1")).isNotEqualTo(Json.of("1.0"));
    }
}
