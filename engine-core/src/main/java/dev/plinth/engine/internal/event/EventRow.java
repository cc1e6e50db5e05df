package dev.plinth.engine.internal.event;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.RowReader;
import dev.plinth.engine.internal.base.RowWriter;
import dev.plinth.engine.internal.base.Times;
import dev.plinth.engine.internal.json.JsonBytes;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An event as it is stored: rendered once, and the very bytes that every webhook carries.
 *
 * @param source what the JSON stands in: the row that it was read from, or itself
 * @param jsonAt where in the source the JSON begins, which goes to its end
 */
record EventRow(
        Id id,
        Id workspace,
        long number,
        String type,
        @Nullable Id resource,
        long createdAt,
        byte[] source,
        int jsonAt) {
    private static final int VERSION = 1;
    private static final long KEPT_MILLIS = Duration.ofDays(Limits.EVENT_DAYS).toMillis();

    static EventRow create(
            Id id, Id workspace, long number, String type, @Nullable Id resource, long createdAt, byte[] data) {
        byte[] json = new JsonBytes()
                .open()
                .member("id", id)
                .member("type", type)
                .member("createdAt", Times.text(createdAt))
                .raw("data", data)
                .close()
                .bytes();
        return new EventRow(id, workspace, number, type, resource, createdAt, json, 0);
    }

    static EventRow read(byte[] row) {
        RowReader in = new RowReader(row, VERSION);
        Id id = in.id(IdKind.EVENT);
        Id workspace = in.id(IdKind.WORKSPACE);
        long number = in.number();
        String type = in.text();
        Id resource = in.optionalId(IdKind.RESOURCE);
        long createdAt = in.number();
        int jsonLength = in.skipBytes();
        return new EventRow(id, workspace, number, type, resource, createdAt, row, in.position() - jsonLength);
    }

    /** The event as everybody is shown it. */
    byte[] json() {
        return jsonAt == 0 ? source : Arrays.copyOfRange(source, jsonAt, source.length);
    }

    /** From when on an event of a time is not shown any more, in epoch milliseconds. */
    static long expiresAt(long createdAt) {
        return createdAt + KEPT_MILLIS;
    }

    boolean isExpired(long nowMillis) {
        return expiresAt(createdAt) <= nowMillis;
    }

    byte[] row() {
        return new RowWriter(VERSION)
                .id(id)
                .id(workspace)
                .number(number)
                .text(type)
                .optionalId(resource)
                .number(createdAt)
                .bytes(json())
                .row();
    }

    byte[] key() {
        return workspace.keyOf(id);
    }
}
