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
 * @param source what the JSON stands in: the row that it was read from, or itself
 * @param at where the parts stand in it
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
        String name,
        String type,
        byte[] source,
        Parts at) {
    private static final int VERSION = 1;
    private static final byte[] NOT_RENDERED = {};
    private static final Parts NOWHERE = new Parts(0, 0, 0, 0);
    private static final int FROM_DATA_TO_METADATA = ",\"metadata\":".length();

    /**
     * Where the parts of the JSON stand.
     *
     * @param json where in the source the JSON begins, which goes to its end
     * @param data where in the JSON the data stands; the metadata follows as the next member
     * @param dataLength bytes of the data
     * @param metadataLength bytes of the metadata
     */
    record Parts(int json, int data, int dataLength, int metadataLength) {}

    /** A new one, active, in version 1. */
    static ResourceRow create(Id id, Id workspace, @Nullable Id parent, long number, long now, Content content) {
        return new ResourceRow(
                        id,
                        workspace,
                        parent,
                        number,
                        Status.ACTIVE,
                        1,
                        now,
                        now,
                        content.name(),
                        content.type(),
                        NOT_RENDERED,
                        NOWHERE)
                .rendered(content);
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
                        nextContent.name(),
                        nextContent.type(),
                        NOT_RENDERED,
                        NOWHERE)
                .rendered(nextContent);
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
        int data = in.small();
        int dataLength = in.small();
        int metadataLength = in.small();
        int jsonLength = in.skipBytes();
        Parts at = new Parts(in.position() - jsonLength, data, dataLength, metadataLength);
        return new ResourceRow(
                id, workspace, parent, number, status, version, createdAt, updatedAt, name, type, row, at);
    }

    byte[] row() {
        return new RowWriter(VERSION)
                .id(id)
                .id(workspace)
                .optionalId(parent)
                .number(number)
                .small(status.ordinal())
                .number(version)
                .number(createdAt)
                .number(updatedAt)
                .text(name)
                .text(type)
                .small(at.data())
                .small(at.dataLength())
                .small(at.metadataLength())
                .bytes(json())
                .row();
    }

    /** What everybody is shown. */
    byte[] json() {
        return at.json() == 0 ? source : Arrays.copyOfRange(source, at.json(), source.length);
    }

    /** What the caller said of it. */
    Content content() {
        int data = at.json() + at.data();
        byte[] dataBytes = Arrays.copyOfRange(source, data, data + at.dataLength());
        return new Content(name, type, dataBytes, metadata());
    }

    /** String pairs, compact. */
    byte[] metadata() {
        int metadata = at.json() + at.data() + at.dataLength() + FROM_DATA_TO_METADATA;
        return Arrays.copyOfRange(source, metadata, metadata + at.metadataLength());
    }

    boolean hasMetadata() {
        return at.metadataLength() > Content.EMPTY.length;
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
    private ResourceRow rendered(Content content) {
        JsonBytes json = new JsonBytes().open().member("id", id);
        if (parent != null) {
            json.member("resourceId", parent);
        }
        json.member("type", type).member("name", name);
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
                id,
                workspace,
                parent,
                number,
                status,
                version,
                createdAt,
                updatedAt,
                name,
                type,
                whole,
                new Parts(0, dataAt, content.data().length, content.metadata().length));
    }
}
