package dev.plinth.engine.internal.base.rows;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The ids in the rows of one exported workspace, and the first thing that is wrong with them. A holder of the
 * key of an exported file can write any row into it. So each row is checked. It has to name its own workspace, and to lie
 * under the key that its ids make. The row that it belongs to has to be in the file. Not thread-safe.
 */
public final class TransferredIds {
    private final Id workspace;
    private final Map<IdKind, IdSet> known = new EnumMap<>(IdKind.class);
    private @Nullable String fault;

    /** Begins without ids. */
    public TransferredIds(Id workspace) {
        this.workspace = workspace;
    }

    public Id workspace() {
        return workspace;
    }

    /** Returns what is wrong with the rows so far, as the end of a sentence about a row, or null. */
    public @Nullable String fault() {
        return fault;
    }

    /** Requires that a row names its workspace. */
    public void workspace(Id named) {
        require(
                named.equals(workspace),
                "names workspace " + named.text() + " and is in a file of " + workspace.text());
    }

    /** Requires that a row lies under the key that its ids make. */
    public void key(byte[] expected, byte[] key) {
        require(Arrays.equals(expected, key), "lies under another key than that of the ids in it");
    }

    /** Requires that the thing that a row belongs to is in the file, before the row. */
    public void belongsTo(Id owner) {
        require(has(owner), "belongs to " + owner.text() + ", which is not in the file");
    }

    /** Requires that the JSON of a row begins with its id. */
    public void json(Id id, byte[] json) {
        byte[] start = ("{\"id\":\"" + id.text() + "\"").getBytes(StandardCharsets.US_ASCII);
        boolean starts = json.length >= start.length && Arrays.equals(start, 0, start.length, json, 0, start.length);
        require(starts, "has another id in its JSON than " + id.text());
    }

    /** Requires something else. */
    public void require(boolean holds, String otherwise) {
        if (!holds && fault == null) {
            fault = otherwise;
        }
    }

    /** Adds an id to which other rows may belong. */
    public void add(Id id) {
        known.computeIfAbsent(id.kind(), kind -> new IdSet()).add(id);
    }

    /** Returns true if an id was added. */
    public boolean has(Id id) {
        IdSet ids = known.get(id.kind());
        return ids != null && ids.has(id);
    }

    /** Returns an id that was added here and there, or null. */
    public @Nullable Id shared(TransferredIds other) {
        for (Map.Entry<IdKind, IdSet> each : known.entrySet()) {
            Id found = each.getValue().find(each.getKey(), other::has);
            if (found != null) {
                return found;
            }
        }
        return null;
    }
}
