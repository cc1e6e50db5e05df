package dev.plinth.engine.internal.event;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.RowReader;
import dev.plinth.engine.internal.base.RowWriter;
import dev.plinth.engine.internal.base.Times;
import dev.plinth.engine.internal.json.JsonBytes;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** An event as it is stored: rendered once, and the very bytes that every webhook carries. */
record EventRow(
        Id id,
        Id workspace,
        long number,
        String type,
        @Nullable Id resource,
        long createdAt,
        byte[] json) {
    private static final int VERSION = 1;
    private static final int FIXED_BYTES = 96;
    private static final long KEPT_MILLIS = Duration.ofDays(Limits.EVENT_DAYS).toMillis();

    static EventRow create(
            Id id, Id workspace, long number, String type, @Nullable Id resource, long createdAt, byte[] data) {
        byte[] json = new JsonBytes(128 + data.length)
                .open()
                .member("id", id.text())
                .member("type", type)
                .member("createdAt", Times.text(createdAt))
                .raw("data", data)
                .close()
                .bytes();
        return new EventRow(id, workspace, number, type, resource, createdAt, json);
    }

    static EventRow read(byte[] row) {
        RowReader in = new RowReader(row, VERSION);
        return new EventRow(
                in.id(IdKind.EVENT),
                in.id(IdKind.WORKSPACE),
                in.number(),
                in.text(),
                in.optionalId(IdKind.RESOURCE),
                in.number(),
                in.bytes());
    }

    /** From when on an event of a time is not shown any more, in epoch milliseconds. */
    static long expiresAt(long createdAt) {
        return createdAt + KEPT_MILLIS;
    }

    /** When the event of a row was created. */
    static long createdAt(byte[] row) {
        RowReader in = new RowReader(row, VERSION);
        in.id(IdKind.EVENT);
        in.id(IdKind.WORKSPACE);
        in.number();
        in.text();
        in.optionalId(IdKind.RESOURCE);
        return in.number();
    }

    boolean isExpired(long nowMillis) {
        return expiresAt(createdAt) <= nowMillis;
    }

    byte[] row() {
        return new RowWriter(VERSION, FIXED_BYTES + type.length() + json.length)
                .id(id)
                .id(workspace)
                .number(number)
                .text(type)
                .optionalId(resource)
                .number(createdAt)
                .bytes(json)
                .row();
    }

    byte[] key() {
        return workspace.keyOf(id);
    }
}
