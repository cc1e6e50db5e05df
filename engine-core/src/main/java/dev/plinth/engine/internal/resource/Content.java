package dev.plinth.engine.internal.resource;

import dev.plinth.engine.internal.json.JsonBytes;
import dev.plinth.engine.internal.json.JsonReader;
import dev.plinth.engine.internal.json.JsonValue;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The content of a resource or child as a caller sent it, each part rendered once.
 *
 * @param name the name
 * @param type the type
 * @param data the host's own object, compact
 * @param metadata string pairs, compact
 */
public record Content(String name, String type, byte[] data, byte[] metadata) {
    /** The empty object, for no pairs and no members. */
    public static final byte[] EMPTY = "{}".getBytes(StandardCharsets.US_ASCII);

    /** Returns the content after a patch, or null if nothing changes. */
    @Nullable
    Content patched(Patch patch) {
        String newName = patch.name() == null ? name : patch.name();
        byte[] newData = merge(data, patch.data());
        byte[] newMetadata = merge(metadata, patch.metadata());
        boolean same = newName.equals(name) && Arrays.equals(newData, data) && Arrays.equals(newMetadata, metadata);
        return same ? null : new Content(newName, type, newData, newMetadata);
    }

    private static byte[] merge(byte[] target, @Nullable JsonValue patch) {
        if (patch == null) {
            return target;
        }
        if (!(patch instanceof JsonValue.Obj changes)) {
            return EMPTY;
        }
        JsonValue.Obj old = (JsonValue.Obj) JsonReader.trusted(target);
        return JsonBytes.compact(MergePatch.apply(old, changes));
    }

    /**
     * A merge patch (RFC 7396).
     *
     * @param name the new name, or null to leave it
     * @param data the patch of the data, JSON null to empty it, or null to leave it
     * @param metadata the patch of the metadata, JSON null to empty it, or null to leave it
     */
    public record Patch(
            @Nullable String name,
            @Nullable JsonValue data,
            @Nullable JsonValue metadata) {}
}
