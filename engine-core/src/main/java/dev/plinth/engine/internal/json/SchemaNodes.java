package dev.plinth.engine.internal.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.plinth.engine.internal.base.Limits;
import java.math.BigDecimal;
import java.math.BigInteger;

/** Converts the engine's own tree into the tree that the schema validator reads. */
final class SchemaNodes {
    private static final JsonNodeFactory FACTORY = JsonNodeFactory.instance;

    private SchemaNodes() {}

    static JsonNode of(JsonValue value) {
        if (value instanceof JsonValue.Obj obj) {
            ObjectNode node = FACTORY.objectNode();
            obj.members().forEach((name, member) -> node.set(name, of(member)));
            return node;
        }
        if (value instanceof JsonValue.Arr arr) {
            ArrayNode node = FACTORY.arrayNode(arr.items().size());
            arr.items().forEach(item -> node.add(of(item)));
            return node;
        }
        if (value instanceof JsonValue.Text text) {
            return FACTORY.textNode(text.value());
        }
        if (value instanceof JsonValue.Num num) {
            return number(num.written());
        }
        return value instanceof JsonValue.Bool bool ? FACTORY.booleanNode(bool.value()) : FACTORY.nullNode();
    }

    /** Returns true if there is a number whose computation would take much memory or time. */
    static boolean holdsHugeNumber(JsonValue value) {
        if (value instanceof JsonValue.Obj obj) {
            return obj.members().values().stream().anyMatch(SchemaNodes::holdsHugeNumber);
        }
        if (value instanceof JsonValue.Arr arr) {
            return arr.items().stream().anyMatch(SchemaNodes::holdsHugeNumber);
        }
        return value instanceof JsonValue.Num num && isHuge(new BigDecimal(num.written()));
    }

    /** Returns true if to compute with a number may take long, however few characters it has. */
    static boolean isHuge(BigDecimal number) {
        return Math.abs((long) number.scale()) > Limits.SCHEMA_NUMBER_DIGITS_MAX
                || number.precision() > Limits.SCHEMA_NUMBER_DIGITS_MAX;
    }

    private static JsonNode number(String written) {
        boolean whole = written.chars().allMatch(c -> c == '-' || c >= '0' && c <= '9');
        if (!whole) {
            return DecimalNode.valueOf(new BigDecimal(written));
        }
        return written.length() <= 9
                ? FACTORY.numberNode(Integer.parseInt(written))
                : written.length() <= 18
                        ? FACTORY.numberNode(Long.parseLong(written))
                        : FACTORY.numberNode(new BigInteger(written));
    }
}
