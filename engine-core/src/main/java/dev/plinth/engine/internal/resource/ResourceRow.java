package dev.plinth.engine.internal.resource;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.RowReader;
import dev.plinth.engine.internal.base.RowWriter;
import dev.plinth.engine.internal.base.Times;
import dev.plinth.engine.internal.json.JsonBytes;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A resource or a child as it is stored: the facts that rules ask for, its content, and the JSON that everybody is shown,
 * rendered once per change. Data and metadata are stored inside that JSON only: as long as they may be, twice would be too much
 * for a row.
 *
 * @param id its id; the kind tells whether it is a child
 * @param workspace the owner
 * @param parent the resource that a child belongs to, or null
 * @param number its place in lists
 * @param status its status; of a child always active
 * @param dataAt where in the JSON the data stands; the metadata follows as the next member
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
        byte[] json,
        int dataAt) {
    private static final int VERSION = 1;
    private static final int FIXED_BYTES = 112;
    private static final byte[] NOT_RENDERED = {};
    private static final int FROM_DATA_TO_METADATA = ",\"metadata\":".length();

    /** A new one, active, in version 1. */
    static ResourceRow create(Id id, Id workspace, @Nullable Id parent, long number, long now, Content content) {
        return new ResourceRow(id, workspace, parent, number, Status.ACTIVE, 1, now, now, content, NOT_RENDERED, 0)
                .rendered();
    }

    /** The next version with this status and content. */
    ResourceRow next(Status nextStatus, Content nextContent, long now) {
        return new ResourceRow(
                        id,
                        workspace,
                        parent,
                        number,
                        nextStatus,
                        version + 1,
                        createdAt,
                        now,
                        nextContent,
                        NOT_RENDERED,
                        0)
                .rendered();
    }

    static ResourceRow read(byte[] row, boolean child) {
        RowReader in = new RowReader(row, VERSION);
        Id id = in.id(child ? IdKind.CHILD : IdKind.RESOURCE);
        Id workspace = in.id(IdKind.WORKSPACE);
        Id parent = in.optionalId(IdKind.RESOURCE);
        long number = in.number();
        Status status = Status.stored(in.small());
        long version = in.number();
        long createdAt = in.number();
        long updatedAt = in.number();
        String name = in.text();
        String type = in.text();
        int dataAt = in.small();
        int dataEnd = dataAt + in.small();
        int metadataAt = dataEnd + FROM_DATA_TO_METADATA;
        int metadataEnd = metadataAt + in.small();
        byte[] json = in.bytes();
        byte[] data = Arrays.copyOfRange(json, dataAt, dataEnd);
        byte[] metadata = Arrays.copyOfRange(json, metadataAt, metadataEnd);
        Content content = new Content(name, type, data, metadata);
        return new ResourceRow(
                id, workspace, parent, number, status, version, createdAt, updatedAt, content, json, dataAt);
    }

    byte[] row() {
        int size = json.length + 2 * content.name().length() + content.type().length();
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
                .small(dataAt)
                .small(content.data().length)
                .small(content.metadata().length)
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

    /** The same with its JSON. */
    private ResourceRow rendered() {
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
        int dataAt = json.name("data").position();
        byte[] whole = json.raw(content.data())
                .raw("metadata", content.metadata())
                .member("version", version)
                .member("createdAt", Times.text(createdAt))
                .member("updatedAt", Times.text(updatedAt))
                .close()
                .bytes();
        return new ResourceRow(
                id, workspace, parent, number, status, version, createdAt, updatedAt, content, whole, dataAt);
    }
}
