package dev.plinth.engine.internal.event;

import dev.plinth.engine.api.TraceParent;
import dev.plinth.engine.internal.base.Bytes;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Times;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.RowReader;
import dev.plinth.engine.internal.base.rows.RowWriter;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.SetKey;
import dev.plinth.engine.internal.base.rows.SetKinds;
import dev.plinth.engine.internal.json.JsonBytes;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An event as it is stored: rendered once, in the very bytes that every webhook carries. A view of its row, which reads
 * a field only when it is asked for.
 */
final class EventRow {
    /** The version of a row that belongs to a trace with a state. Any other row has no byte for it, and a version before. */
    private static final int VERSION = 3;

    private static final int TRACED_VERSION = 2;
    private static final int UNTRACED_VERSION = 1;
    private static final int ID_AT = RowReader.SEQUENCE_BYTES + 1;
    private static final int WORKSPACE_AT = ID_AT + Id.BYTES;

    /** The offset of the list number. */
    static final int NUMBER_AT = WORKSPACE_AT + Id.BYTES;

    private static final int TYPE_AT = NUMBER_AT + Long.BYTES;

    private final byte[] row;
    private final int resourceAt;
    private final int jsonAt;
    private final long createdAt;
    private final @Nullable TraceParent trace;

    private EventRow(byte[] row) {
        this.row = row;
        RowReader in = reader(TYPE_AT);
        in.skip(in.small());
        this.resourceAt = in.position();
        this.createdAt = in.skip(in.small() * Id.BYTES).number();
        this.trace = switch (in.version()) {
            case UNTRACED_VERSION -> null;
            case TRACED_VERSION -> in.trace();
            default -> in.traceWithState();
        };
        this.jsonAt = row.length - in.skipBytes();
    }

    /** Makes the row of an event of a trace, or of none. */
    static EventRow create(Id id, Changes.EventDraft event, long number, long createdAt, @Nullable TraceParent trace) {
        JsonBytes json = JsonBytes.object()
                .member("id", id)
                .member("type", event.type())
                .member("createdAt", Times.text(createdAt))
                .raw("data", event.data())
                .close();
        RowWriter out = new RowWriter(version(trace))
                .id(id)
                .id(event.workspace())
                .number(number)
                .text(event.type())
                .optionalId(event.resource())
                .number(createdAt);
        if (trace != null) {
            out.trace(trace);
        }
        return new EventRow(out.rendered(json).row());
    }

    private static int version(@Nullable TraceParent trace) {
        if (trace == null) {
            return UNTRACED_VERSION;
        }
        return trace.state().isEmpty() ? TRACED_VERSION : VERSION;
    }

    static EventRow read(byte[] row) {
        return new EventRow(row);
    }

    Id id() {
        return Id.read(IdKind.EVENT, row, ID_AT);
    }

    Id workspace() {
        return Id.read(IdKind.WORKSPACE, row, WORKSPACE_AT);
    }

    /** Returns its list number. */
    long number() {
        return Bytes.getLong(row, NUMBER_AT);
    }

    String type() {
        return reader(TYPE_AT).text();
    }

    /** The set of the workspace's events of its type. */
    SetKey ofType() {
        return reader(TYPE_AT).set(SetKinds.EVENTS_BY_TYPE, WORKSPACE_AT);
    }

    /** The set of the workspace's events. */
    SetKey ofWorkspace() {
        return SetKey.at(SetKinds.EVENTS, row, WORKSPACE_AT);
    }

    /** The set of the workspace's events about its resource; null if it has none. */
    @Nullable
    SetKey ofResource() {
        return row[resourceAt] == 0 ? null : SetKey.at(SetKinds.EVENTS_BY_RESOURCE, row, WORKSPACE_AT, resourceAt + 1);
    }

    /** Returns the resource that the event is about or belongs to, or null. */
    @Nullable
    Id resource() {
        return reader(resourceAt).optionalId(IdKind.RESOURCE);
    }

    long createdAt() {
        return createdAt;
    }

    /** Returns the trace of the call or job that caused it, or null. */
    @Nullable
    TraceParent trace() {
        return trace;
    }

    /** Returns the event as the wire shows it. */
    byte[] json() {
        return Arrays.copyOfRange(row, jsonAt, row.length);
    }

    /** Returns the last member of a row's JSON, its data; null if the row is too short for it. */
    static byte @Nullable [] data(byte[] row, int length) {
        int end = row.length - 1; // the brace after the last member
        return length > end ? null : Arrays.copyOfRange(row, end - length, end);
    }

    /** Returns the time for which an event is kept. */
    static long keptMillis(Rows rows) {
        return rows.retention().events().toMillis();
    }

    /** Returns from when on an event is not shown any more, in epoch milliseconds. */
    static long expiresAt(Rows rows, EventRow row) {
        return row.createdAt + keptMillis(rows);
    }

    boolean isExpired(Context context) {
        return expiresAt(context.rows(), this) <= context.now();
    }

    /** Returns the row itself, not a copy. */
    byte[] row() {
        return row;
    }

    byte[] key() {
        return workspace().keyOf(id());
    }

    private RowReader reader(int position) {
        return new RowReader(row, VERSION).at(position);
    }
}
