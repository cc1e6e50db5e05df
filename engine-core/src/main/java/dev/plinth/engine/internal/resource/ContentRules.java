package dev.plinth.engine.internal.resource;

import dev.plinth.engine.api.ProblemError;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.ProblemCode;
import dev.plinth.engine.internal.base.Refusal;
import dev.plinth.engine.internal.base.RefusedException;
import dev.plinth.engine.internal.json.Fields;
import dev.plinth.engine.internal.json.JsonBytes;
import dev.plinth.engine.internal.json.JsonReader;
import dev.plinth.engine.internal.json.JsonValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The rules for content: names, types, data and metadata of resources and children, and metadata of other objects. */
public final class ContentRules {
    /** The grammar of a type. */
    public static final Pattern TYPE = Pattern.compile("[a-z][a-z0-9_]{0,63}");

    private static final int TYPE_LENGTH_MAX = 64;

    private ContentRules() {}

    /** Returns true if a type may have this name. It does the work of the pattern without what a matcher allocates. */
    public static boolean isType(String name) {
        boolean fits = !name.isEmpty() && name.length() <= TYPE_LENGTH_MAX && isLower(name.charAt(0));
        for (int i = 1; i < name.length() && fits; i++) {
            char c = name.charAt(i);
            fits = isLower(c) || c >= '0' && c <= '9' || c == '_';
        }
        return fits;
    }

    private static boolean isLower(char c) {
        return c >= 'a' && c <= 'z';
    }

    /** Reads the content of a new resource or child, and adds its errors to the fields. */
    static Content create(Fields fields, String defaultType) {
        String name = fields.requiredText("name", Limits.NAME_LENGTH_MAX);
        String type = fields.matching("type", TYPE, ContentRules::isType);
        byte[] data = data(fields, fields.object("data"));
        byte[] metadata = metadata(fields);
        return new Content(name, type == null ? defaultType : type, data, metadata);
    }

    /** Reads a merge patch of content. */
    public static Content.Patch patch(Fields fields) {
        String name = fields.text("name", 1, Limits.NAME_LENGTH_MAX);
        JsonValue data = objectOrNull(fields, "data");
        JsonValue metadata = objectOrNull(fields, "metadata");
        if (metadata instanceof JsonValue.Obj pairs) {
            checkPairs(fields, pairs, true);
        }
        return new Content.Patch(name, data, metadata);
    }

    /** Reads metadata as compact JSON, empty if it is absent. */
    public static byte[] metadata(Fields fields) {
        JsonValue.Obj pairs = fields.object("metadata");
        if (pairs == null) {
            return Content.EMPTY;
        }
        checkPairs(fields, pairs, false);
        return JsonBytes.compact(pairs);
    }

    /** Returns the metadata after a merge patch, or null if there is none. */
    public static byte @Nullable [] patchedMetadata(@Nullable JsonValue patch, byte[] old) {
        if (patch == null) {
            return null;
        }
        Content before = new Content("", "", Content.EMPTY, old);
        Content after = before.patched(new Content.Patch(null, null, patch));
        if (after == null) {
            return null;
        }
        checkPatched(after);
        return after.metadata();
    }

    /** Checks the result of a merge, because old and new together may be too much. */
    static void checkPatched(Content after) {
        List<ProblemError> errors = new ArrayList<>();
        if (after.data().length > Limits.DATA_BYTES_MAX) {
            errors.add(tooLarge("/data", after.data().length));
        }
        int pairs =
                ((JsonValue.Obj) JsonReader.trusted(after.metadata())).members().size();
        if (pairs > Limits.METADATA_PAIRS_MAX) {
            errors.add(new ProblemError(
                    ProblemError.Source.POINTER,
                    "/metadata",
                    "too_many",
                    "Expected at most " + Limits.METADATA_PAIRS_MAX + " pairs after the patch, but got " + pairs
                            + "."));
        }
        if (!errors.isEmpty()) {
            throw new RefusedException(Refusal.of(
                    ProblemCode.VALIDATION_FAILED, "Expected a patch whose result is valid, but it is not.", errors));
        }
    }

    private static @Nullable JsonValue objectOrNull(Fields fields, String name) {
        JsonValue value = fields.any(name);
        if (value == null || value instanceof JsonValue.Null || value instanceof JsonValue.Obj) {
            return value;
        }
        fields.wrongType(name, "an object", value);
        return null;
    }

    private static byte[] data(Fields fields, JsonValue.@Nullable Obj value) {
        if (value == null) {
            return Content.EMPTY;
        }
        byte[] data = JsonBytes.compact(value);
        if (data.length > Limits.DATA_BYTES_MAX) {
            ProblemError error = tooLarge("", data.length);
            fields.error("data", error.code(), error.detail());
        }
        return data;
    }

    private static ProblemError tooLarge(String pointer, int bytes) {
        return new ProblemError(
                ProblemError.Source.POINTER,
                pointer,
                "too_large",
                "Expected at most " + Limits.DATA_BYTES_MAX + " bytes of compact JSON, but got " + bytes + ".");
    }

    private static void checkPairs(Fields fields, JsonValue.Obj pairs, boolean patch) {
        if (!patch && pairs.members().size() > Limits.METADATA_PAIRS_MAX) {
            fields.error(
                    "metadata",
                    "too_many",
                    "Expected at most " + Limits.METADATA_PAIRS_MAX + " pairs, but got "
                            + pairs.members().size() + ".");
        }
        Fields inner = fields.inside("metadata", pairs);
        for (Map.Entry<String, JsonValue> pair : pairs.members().entrySet()) {
            String key = pair.getKey();
            int length = key.codePointCount(0, key.length());
            boolean goes = patch && pair.getValue() instanceof JsonValue.Null;
            if (!goes && (length < 1 || length > Limits.METADATA_KEY_LENGTH_MAX)) {
                inner.error(
                        key,
                        length < 1 ? "too_short" : "too_long",
                        "Expected a key of 1 to " + Limits.METADATA_KEY_LENGTH_MAX + " characters, but got " + length
                                + ".");
            }
            if (!goes) {
                inner.text(key, 0, Limits.METADATA_VALUE_LENGTH_MAX);
            }
        }
    }
}
