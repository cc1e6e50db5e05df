package dev.plinth.engine.internal.resource;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.RowReader;
import dev.plinth.engine.internal.base.RowWriter;
import dev.plinth.engine.internal.base.Times;
import dev.plinth.engine.internal.json.JsonBytes;
import org.jspecify.annotations.Nullable;

/**
 * A resource or a child as it is stored: the facts that rules ask for, its content, and the JSON that everybody is shown,
 * rendered once per change.
 *
 * @param id its id; the kind tells whether it is a child
 * @param workspace the owner
 * @param parent the resource that a child belongs to, or null
 * @param number its place in lists
 * @param status its status; of a child always active
 */
record ResourceRow(
        Id id,
        Id workspace,
        @Nullable Id parent,
        long number,
        Status status,
        long version,
        long createdAt,
        long updatedAt,
        Content content,
        byte[] json) {
    private static final int VERSION = 1;
    private static final int FIXED_BYTES = 96;

    /** A new one, active, in version 1. */
    static ResourceRow create(Id id, Id workspace, @Nullable Id parent, long number, long now, Content content) {
        byte[] json = render(id, parent, Status.ACTIVE, 1, now, now, content);
        return new ResourceRow(id, workspace, parent, number, Status.ACTIVE, 1, now, now, content, json);
    }

    /** The next version with this status and content. */
    ResourceRow next(Status nextStatus, Content nextContent, long now) {
        byte[] next = render(id, parent, nextStatus, version + 1, createdAt, now, nextContent);
        return new ResourceRow(
                id, workspace, parent, number, nextStatus, version + 1, createdAt, now, nextContent, next);
    }

    static ResourceRow read(byte[] row, boolean child) {
        RowReader in = new RowReader(row, VERSION);
        return new ResourceRow(
                in.id(child ? IdKind.CHILD : IdKind.RESOURCE),
                in.id(IdKind.WORKSPACE),
                in.optionalId(IdKind.RESOURCE),
                in.number(),
                Status.stored(in.small()),
                in.number(),
                in.number(),
                in.number(),
                new Content(in.text(), in.text(), in.bytes(), in.bytes()),
                in.bytes());
    }

    byte[] row() {
        int size = json.length
                + content.data().length
                + content.metadata().length
                + 2 * content.name().length();
        return new RowWriter(VERSION, FIXED_BYTES + size)
                .id(id)
                .id(workspace)
                .optionalId(parent)
                .number(number)
                .small(status.ordinal())
                .number(version)
                .number(createdAt)
                .number(updatedAt)
                .text(content.name())
                .text(content.type())
                .bytes(content.data())
                .bytes(content.metadata())
                .bytes(json)
                .row();
    }

    byte[] key() {
        return workspace.keyOf(id);
    }

    String etag() {
        return Match.tag(version);
    }

    /** The id of the resource that access and order go by: the parent of a child. */
    Id resource() {
        return parent == null ? id : parent;
    }

    private static byte[] render(
            Id id, @Nullable Id parent, Status status, long version, long createdAt, long updatedAt, Content content) {
        JsonBytes json = new JsonBytes(320 + content.data().length + content.metadata().length)
                .open()
                .member("id", id.text());
        if (parent != null) {
            json.member("resourceId", parent.text());
        }
        json.member("type", content.type()).member("name", content.name());
        if (parent == null) {
            json.member("status", status.wireName());
        }
        return json.raw("data", content.data())
                .raw("metadata", content.metadata())
                .member("version", version)
                .member("createdAt", Times.text(createdAt))
                .member("updatedAt", Times.text(updatedAt))
                .close()
                .bytes();
    }
}
