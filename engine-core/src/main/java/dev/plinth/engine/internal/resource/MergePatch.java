package dev.plinth.engine.internal.resource;

import dev.plinth.engine.internal.json.JsonValue;
import java.util.LinkedHashMap;
import java.util.Map;

/** Applies a JSON Merge Patch (RFC 7396 §2): null removes a member, an object merges, all else replaces. */
final class MergePatch {
    private MergePatch() {}

    /** Returns the target with the patch applied. Neither is changed. */
    static JsonValue.Obj apply(JsonValue.Obj target, JsonValue.Obj patch) {
        Map<String, JsonValue> members = new LinkedHashMap<>(target.members());
        for (Map.Entry<String, JsonValue> change : patch.members().entrySet()) {
            JsonValue value = change.getValue();
            if (value instanceof JsonValue.Null) {
                members.remove(change.getKey());
            } else if (value instanceof JsonValue.Obj inner) {
                JsonValue old = members.get(change.getKey());
                JsonValue.Obj base = old instanceof JsonValue.Obj obj ? obj : new JsonValue.Obj(Map.of());
                members.put(change.getKey(), apply(base, inner));
            } else {
                members.put(change.getKey(), value);
            }
        }
        return new JsonValue.Obj(members);
    }
}
