package dev.plinth.engine.internal.json;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Random JSON values. */
final class JsonValues {
    private static final String[] NUMBERS = {"0", "-0", "1", "1.0", "1e5", "-12.50", "9007199254740993"};

    private JsonValues() {}

    static JsonValue random(Random random, int depth) {
        return switch (random.nextInt(depth == 0 ? 4 : 6)) {
            case 0 -> new JsonValue.Text(text(random));
            case 1 -> new JsonValue.Num(NUMBERS[random.nextInt(NUMBERS.length)]);
            case 2 -> new JsonValue.Bool(random.nextBoolean());
            case 3 -> JsonValue.Null.NULL;
            case 4 -> array(random, depth - 1);
            default -> object(random, depth - 1);
        };
    }

    static JsonValue shuffled(JsonValue value, Random random) {
        if (value instanceof JsonValue.Arr arr) {
            return new JsonValue.Arr(
                    arr.items().stream().map(item -> shuffled(item, random)).toList());
        }
        if (value instanceof JsonValue.Obj obj) {
            List<String> names = new ArrayList<>(obj.members().keySet());
            Collections.shuffle(names, random);
            Map<String, JsonValue> members = new LinkedHashMap<>();
            names.forEach(name -> members.put(name, shuffled(obj.members().get(name), random)));
            return new JsonValue.Obj(members);
        }
        return value;
    }

    private static JsonValue array(Random random, int depth) {
        List<JsonValue> items = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            items.add(random(random, depth));
        }
        return new JsonValue.Arr(items);
    }

    private static JsonValue object(Random random, int depth) {
        Map<String, JsonValue> members = new LinkedHashMap<>();
        for (int i = random.nextInt(5); i > 0; i--) {
            members.put(text(random), random(random, depth));
        }
        return new JsonValue.Obj(members);
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(5); i > 0; i--) {
            int codePoint = switch (random.nextInt(4)) {
                case 0 -> random.nextInt(0x20);
                case 1 -> 0x20 + random.nextInt(0x60);
                case 2 -> random.nextInt(0xD800);
                default -> 0x10000 + random.nextInt(0x100000);
            };
            text.appendCodePoint(codePoint);
        }
        return text.toString();
    }
}
