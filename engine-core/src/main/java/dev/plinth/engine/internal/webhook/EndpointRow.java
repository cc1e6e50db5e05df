package dev.plinth.engine.internal.webhook;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.RowReader;
import dev.plinth.engine.internal.base.RowWriter;
import dev.plinth.engine.internal.base.Seal;
import dev.plinth.engine.internal.base.Times;
import dev.plinth.engine.internal.json.JsonBytes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An endpoint as it is stored, its secrets sealed. */
record EndpointRow(
        Id id, Id workspace, long number, EndpointSettings settings, boolean enabled, long createdAt, Secrets secrets) {
    private static final int VERSION = 1;

    /**
     * The sealed signing keys.
     *
     * @param current the one that signs first
     * @param old the one before a rotation, or null
     * @param oldUntil until when the old one signs too, in epoch milliseconds
     */
    record Secrets(byte[] current, byte @Nullable [] old, long oldUntil) {}

    static EndpointRow read(byte[] row) {
        RowReader in = new RowReader(row, VERSION);
        return new EndpointRow(
                in.id(IdKind.ENDPOINT),
                in.id(IdKind.WORKSPACE),
                in.number(),
                new EndpointSettings(in.text(), types(in), in.small() == 1, in.text(), in.bytes()),
                in.small() == 1,
                in.number(),
                new Secrets(in.bytes(), in.optionalBytes(), in.number()));
    }

    byte[] row() {
        RowWriter out = new RowWriter(VERSION)
                .id(id)
                .id(workspace)
                .number(number)
                .text(settings.url())
                .small(settings.types().size());
        settings.types().forEach(out::text);
        return out.small(settings.ordered() ? 1 : 0)
                .text(settings.description())
                .bytes(settings.headers())
                .small(enabled ? 1 : 0)
                .number(createdAt)
                .bytes(secrets.current())
                .optionalBytes(secrets.old())
                .number(secrets.oldUntil())
                .row();
    }

    byte[] key() {
        return workspace.keyOf(id);
    }

    EndpointRow with(EndpointSettings next, boolean nextEnabled) {
        return new EndpointRow(id, workspace, number, next, nextEnabled, createdAt, secrets);
    }

    EndpointRow with(Secrets next) {
        return new EndpointRow(id, workspace, number, settings, enabled, createdAt, next);
    }

    /** The keys that sign at a time, the current one first. */
    List<byte[]> keys(Seal seal, long now) {
        List<byte[]> keys = new ArrayList<>(2);
        keys.add(seal.open(secrets.current(), id.key()));
        byte[] old = secrets.old();
        if (old != null && now < secrets.oldUntil()) {
            keys.add(seal.open(old, id.key()));
        }
        return keys;
    }

    byte[] json(@Nullable String secret) {
        JsonBytes json = new JsonBytes()
                .open()
                .member("id", id)
                .member("url", settings.url())
                .name("types")
                .openArray();
        settings.types().forEach(json::text);
        return json.closeArray()
                .member("status", enabled ? "enabled" : "disabled")
                .member("ordering", settings.ordered() ? "resource" : "none")
                .member("description", settings.description())
                .raw("headers", settings.headers())
                .member("createdAt", Times.text(createdAt))
                .optional("secret", secret)
                .close()
                .bytes();
    }

    private static List<String> types(RowReader in) {
        int count = in.small();
        List<String> types = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            types.add(in.text());
        }
        return types;
    }
}
