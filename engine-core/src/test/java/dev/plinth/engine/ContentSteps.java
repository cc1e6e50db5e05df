package dev.plinth.engine;

import dev.plinth.engine.ModelRequest.Expected;
import dev.plinth.engine.ModelRows.Resource;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Makes bodies that create and change resources and children, and bodies that are wrong. */
final class ContentSteps {
    private static final List<Wrong> WRONG = List.of(
            new Wrong("{", 400),
            new Wrong("{\"name\":\"a\",\"name\":\"b\"}", 400),
            new Wrong("{\"name\":\"a\"} x", 400),
            new Wrong("[]", 422, ""),
            new Wrong("{\"name\":\"\"}", 422, "/name"),
            new Wrong("{\"name\":5}", 422, "/name"),
            new Wrong("{\"name\":\"a\",\"nope\":1,\"data\":[]}", 422, "/nope", "/data"),
            new Wrong("{\"name\":\"a\",\"metadata\":{\"k\":5},\"version\":1}", 422, "/metadata/k", "/version"));

    private ContentSteps() {}

    /** The body of a creation. */
    static Map<String, Object> created(ModelRandom choose) {
        Map<String, Object> body = new HashMap<>();
        body.put("name", "n" + choose.random.nextInt(99));
        if (choose.oneIn(2)) {
            body.put("type", choose.of("order", "invoice"));
        }
        if (choose.oneIn(2)) {
            body.put("data", data(choose));
        }
        if (choose.oneIn(2)) {
            body.put("metadata", metadata(choose));
        }
        return body;
    }

    /** The body of a patch; it may change nothing. */
    static Map<String, Object> patch(ModelRandom choose) {
        Map<String, Object> body = new HashMap<>();
        if (choose.oneIn(3)) {
            body.put("name", "n" + choose.random.nextInt(3));
        }
        if (choose.oneIn(2)) {
            body.put("data", choose.oneIn(6) ? null : data(choose));
        }
        if (choose.oneIn(3)) {
            body.put("metadata", choose.oneIn(6) ? null : metadata(choose));
        }
        return body;
    }

    /** A request with a body that is refused before anything else is looked at. */
    static ModelRequest wrong(ModelRequest ask, ModelRandom choose) {
        Wrong wrong = WRONG.get(choose.random.nextInt(WRONG.size()));
        Expected expected =
                wrong.status == 400 ? Expected.early(400, "malformed_request") : Expected.invalid(wrong.pointers);
        return ModelRequest.of(ask.method(), ask.path(), ask.scope(), (who, same, answer) -> expected)
                .withBody(wrong.body);
    }

    /** A new row with the content of a body. */
    static Resource made(Map<String, Object> body, String type, long now) {
        Resource made = new Resource();
        made.name = (String) body.get("name");
        made.type = (String) body.getOrDefault("type", type);
        made.data = map(body.get("data"));
        made.metadata = map(body.get("metadata"));
        made.createdAt = now;
        made.updatedAt = now;
        return made;
    }

    /** Applies a patch; false if nothing changes. */
    static boolean patch(Resource row, Map<String, Object> patch, long now) {
        Map<String, Object> before = row.shown();
        row.name = (String) patch.getOrDefault("name", row.name);
        row.data = patched(row.data, patch, "data");
        row.metadata = patched(row.metadata, patch, "metadata");
        if (row.shown().equals(before)) {
            return false;
        }
        row.version++;
        row.updatedAt = now;
        return true;
    }

    static Map<String, Object> patched(Map<String, Object> old, Map<String, Object> patch, String name) {
        if (!patch.containsKey(name)) {
            return old;
        }
        return patch.get(name) == null ? Map.of() : ModelState.merged(old, map(patch.get(name)));
    }

    static Map<String, Object> map(Object value) {
        Map<String, Object> map = new HashMap<>();
        if (value instanceof Map<?, ?> members) {
            members.forEach((name, member) -> map.put((String) name, member));
        }
        return map;
    }

    private static Map<String, Object> data(ModelRandom choose) {
        Map<String, Object> data = new HashMap<>();
        data.put("n", choose.of(new BigDecimal("1"), new BigDecimal("1.0"), null, "text", true));
        if (choose.oneIn(2)) {
            Map<String, Object> inner = new HashMap<>();
            inner.put("a", choose.of(List.of("x"), null, "y"));
            data.put("in", inner);
        }
        return data;
    }

    private static Map<String, Object> metadata(ModelRandom choose) {
        return new HashMap<>(Map.of(choose.of("colour", "colour", "size"), choose.of("red", "blue")));
    }

    private record Wrong(String body, int status, String... pointers) {}
}
