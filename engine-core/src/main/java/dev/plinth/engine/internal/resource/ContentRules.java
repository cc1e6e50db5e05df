package dev.plinth.engine.internal.resource;

import dev.plinth.engine.api.ProblemError;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.json.Fields;
import dev.plinth.engine.internal.json.JsonBytes;
import dev.plinth.engine.internal.json.JsonReader;
import dev.plinth.engine.internal.json.JsonValue;
import dev.plinth.engine.internal.shape.Body;
import dev.plinth.engine.internal.shape.Kind;
import dev.plinth.engine.internal.shape.Member;
import dev.plinth.engine.internal.shape.Schema;
import dev.plinth.engine.internal.shape.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The rules for content: names, types, data and metadata of resources and children, and metadata of other objects. */
public final class ContentRules {
    /** The grammar of a type. */
    public static final Pattern TYPE = Pattern.compile("[a-z][a-z0-9_]{0,63}");

    public static final Kind<String> NAME = Kind.text(1, Limits.NAME_LENGTH_MAX);

    /** The host's own object. A schema cannot say its bytes otherwise. */
    public static final Kind<byte[]> DATA = Kind.of(
            Schema.OBJECT.and(json -> json.member("x-bytes-max", Limits.DATA_BYTES_MAX)),
            "an object",
            ContentRules::data);

    /** A merge patch of the name. */
    public static final Member<String> NEW_NAME = Member.optional("name", NAME);

    /** A merge patch of the data. */
    public static final Member<JsonValue> DATA_PATCH =
            Member.optional("data", Kind.of(Schema.OBJECT.orNull(), "an object", ContentRules::objectOrNull));

    /** A merge patch of metadata. */
    public static final Member<JsonValue> METADATA_PATCH = Member.optional(
            "metadata",
            Kind.of(
                    pairs(Schema.of("string", json -> json.member("maxLength", Limits.METADATA_VALUE_LENGTH_MAX))
                                    .orNull())
                            .orNull(),
                    "an object",
                    ContentRules::metadataPatch));

    /** A merge patch of content. */
    public static final Body PATCH = Body.of("ContentPatch", NEW_NAME, DATA_PATCH, METADATA_PATCH)
            .such("{\"name\":\"New name\",\"metadata\":{\"team\":\"red\",\"old\":null}}");

    static final Member<String> REQUIRED_NAME = Member.required("name", NAME);
    static final Member<byte[]> OPTIONAL_DATA = Member.optional("data", DATA, Content.EMPTY);
    static final Member<byte[]> OPTIONAL_METADATA = Member.optional(
            "metadata",
            Kind.of(
                    pairs(Schema.text(0, Limits.METADATA_VALUE_LENGTH_MAX))
                            .and(json -> json.member("maxProperties", Limits.METADATA_PAIRS_MAX)),
                    "an object",
                    ContentRules::metadata),
            Content.EMPTY);

    private static final int TYPE_LENGTH_MAX = 64;

    private ContentRules() {}

    private static Schema pairs(Schema values) {
        return Schema.of("object", json -> {
            Schema.text(1, Limits.METADATA_KEY_LENGTH_MAX).print(json.name("propertyNames"));
            values.print(json.name("additionalProperties"));
        });
    }

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

    /** Reads a merge patch of content. */
    public static Content.Patch patch(Fields fields) {
        return patch(PATCH.read(fields));
    }

    /** Returns the merge patch of content that a body says. */
    public static Content.Patch patch(Values values) {
        return new Content.Patch(values.find(NEW_NAME), values.find(DATA_PATCH), values.find(METADATA_PATCH));
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
            errors.add(ProblemError.of(
                    ProblemError.Source.POINTER,
                    "/metadata",
                    "too_many",
                    "metadata may have " + Limits.METADATA_PAIRS_MAX + " pairs after the patch, and has " + pairs
                            + ". Remove some."));
        }
        if (!errors.isEmpty()) {
            throw new RefusedException(Refusal.of(
                            ProblemCode.VALIDATION_FAILED,
                            "The patch has errors. Correct each of those listed.",
                            errors)
                    .notRemembered());
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

    private static @Nullable JsonValue metadataPatch(Fields fields, String name) {
        JsonValue value = objectOrNull(fields, name);
        if (value instanceof JsonValue.Obj pairs) {
            checkPairs(fields, name, pairs, true);
        }
        return value;
    }

    private static byte @Nullable [] metadata(Fields fields, String name) {
        JsonValue.Obj pairs = fields.object(name);
        if (pairs == null) {
            return null;
        }
        checkPairs(fields, name, pairs, false);
        return JsonBytes.compact(pairs);
    }

    private static byte @Nullable [] data(Fields fields, String name) {
        JsonValue.Obj value = fields.object(name);
        if (value == null) {
            return null;
        }
        byte[] data = JsonBytes.compact(value);
        if (data.length > Limits.DATA_BYTES_MAX) {
            ProblemError error = tooLarge("", data.length);
            fields.error(name, error.code(), error.detail());
        }
        return data;
    }

    private static ProblemError tooLarge(String pointer, int bytes) {
        return ProblemError.of(
                ProblemError.Source.POINTER,
                pointer,
                "too_large",
                "data may have " + Limits.DATA_BYTES_MAX + " bytes of compact JSON, and has " + bytes + ". Send less.");
    }

    private static void checkPairs(Fields fields, String name, JsonValue.Obj pairs, boolean patch) {
        if (!patch && pairs.members().size() > Limits.METADATA_PAIRS_MAX) {
            fields.error(
                    name,
                    "too_many",
                    "metadata may have " + Limits.METADATA_PAIRS_MAX + " pairs, and has "
                            + pairs.members().size() + ". Leave some out.");
        }
        Fields inner = fields.inside(name, pairs);
        for (Map.Entry<String, JsonValue> pair : pairs.members().entrySet()) {
            String key = pair.getKey();
            int length = key.codePointCount(0, key.length());
            boolean goes = patch && pair.getValue() instanceof JsonValue.Null;
            if (!goes && (length < 1 || length > Limits.METADATA_KEY_LENGTH_MAX)) {
                inner.error(
                        key,
                        length < 1 ? "too_short" : "too_long",
                        "A key of metadata must have 1 to " + Limits.METADATA_KEY_LENGTH_MAX + " characters, got "
                                + length + ".");
            }
            if (!goes) {
                inner.text(key, 0, Limits.METADATA_VALUE_LENGTH_MAX);
            }
        }
    }
}
