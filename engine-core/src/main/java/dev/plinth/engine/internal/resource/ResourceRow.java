package dev.plinth.engine.internal.resource;

import dev.plinth.engine.api.ResourceStatus;
import dev.plinth.engine.internal.base.Bytes;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Times;
import dev.plinth.engine.internal.base.rows.RowReader;
import dev.plinth.engine.internal.base.rows.RowWriter;
import dev.plinth.engine.internal.base.rows.SetKey;
import dev.plinth.engine.internal.base.rows.SetKinds;
import dev.plinth.engine.internal.json.JsonBytes;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A resource or child as it is stored: the facts for rules, its content, and the JSON of the wire, rendered once per
 * change. Data and metadata are stored inside that JSON only, because at their longest a row has no room for them
 * twice.
 *
 * <p>A view of its row, which reads a field only when it is asked for.
 */
final class ResourceRow {
    private static final int VERSION = 1;
    private static final int ID_AT = RowReader.SEQUENCE_BYTES + 1;
    private static final int WORKSPACE_AT = ID_AT + Id.BYTES;
    private static final int PARENT_AT = WORKSPACE_AT + Id.BYTES;
    private static final int FROM_NUMBER_TO_STATUS = Long.BYTES;
    private static final int FROM_NUMBER_TO_VERSION = FROM_NUMBER_TO_STATUS + 1;
    private static final int FROM_NUMBER_TO_CREATED = FROM_NUMBER_TO_VERSION + Long.BYTES;
    private static final int FROM_NUMBER_TO_UPDATED = FROM_NUMBER_TO_CREATED + Long.BYTES;
    private static final int FROM_NUMBER_TO_NAME = FROM_NUMBER_TO_UPDATED + Long.BYTES;
    private static final int FROM_DATA_TO_METADATA = ",\"metadata\":".length();

    /** The states that a resource has, in the order of the numbers in rows. */
    static final List<ResourceStatus> STATUSES = List.copyOf(EnumSet.complementOf(EnumSet.of(ResourceStatus.UNKNOWN)));

    private final IdKind kind;
    private final byte[] row;
    private final int numberAt;
    private final int typeAt;
    private final int dataAt;
    private final int dataLength;
    private final int metadataLength;
    private final int jsonAt;

    private ResourceRow(byte[] row, IdKind kind) {
        this.kind = kind;
        this.row = row;
        RowReader in = reader(PARENT_AT);
        this.numberAt = in.skip(in.small() * Id.BYTES).position();
        in.skip(FROM_NUMBER_TO_NAME);
        in.skip(in.small());
        this.typeAt = in.position();
        in.skip(in.small());
        int dataInJson = in.small();
        this.dataLength = in.small();
        this.metadataLength = in.small();
        this.jsonAt = row.length - in.skipBytes();
        this.dataAt = jsonAt + dataInJson;
    }

    /** Makes an active resource or child in version 1. The kind of its id tells which of both it is. */
    static ResourceRow create(Id id, Id workspace, @Nullable Id parent, long number, long now, Content content) {
        return write(new Facts(id, workspace, parent, number, ResourceStatus.ACTIVE, 1, now, now), content);
    }

    /** Returns the next version with this status and content. */
    ResourceRow next(ResourceStatus nextStatus, Content nextContent, long now) {
        return write(
                new Facts(id(), workspace(), parent(), number(), nextStatus, version() + 1, createdAt(), now),
                nextContent);
    }

    static ResourceRow read(byte[] row, boolean child) {
        return new ResourceRow(row, child ? IdKind.CHILD : IdKind.RESOURCE);
    }

    private static ResourceRow write(Facts facts, Content content) {
        JsonBytes json = new JsonBytes();
        int dataAt = facts.render(content, json);
        byte[] row = new RowWriter(VERSION)
                .id(facts.id)
                .id(facts.workspace)
                .optionalId(facts.parent)
                .number(facts.number)
                .small(facts.status.ordinal())
                .number(facts.version)
                .number(facts.createdAt)
                .number(facts.updatedAt)
                .text(content.name())
                .text(content.type())
                .small(dataAt)
                .small(content.data().length)
                .small(content.metadata().length)
                .rendered(json)
                .row();
        return new ResourceRow(row, facts.id.kind());
    }

    Id id() {
        return Id.read(kind, row, ID_AT);
    }

    /** Returns the offset of the list number in a row of a resource or child. */
    static int numberAt(byte[] row) {
        RowReader in = new RowReader(row, VERSION).at(PARENT_AT);
        return in.skip(in.small() * Id.BYTES).position();
    }

    /** The owner. */
    Id workspace() {
        return Id.read(IdKind.WORKSPACE, row, WORKSPACE_AT);
    }

    /** Returns the parent of a child, or null for a resource. */
    @Nullable
    Id parent() {
        return reader(PARENT_AT).optionalId(IdKind.RESOURCE);
    }

    /** Returns its list number. */
    long number() {
        return Bytes.getLong(row, numberAt);
    }

    /** Returns its status. A child is always active. */
    ResourceStatus status() {
        return STATUSES.get(row[numberAt + FROM_NUMBER_TO_STATUS]);
    }

    long version() {
        return Bytes.getLong(row, numberAt + FROM_NUMBER_TO_VERSION);
    }

    long createdAt() {
        return Bytes.getLong(row, numberAt + FROM_NUMBER_TO_CREATED);
    }

    String name() {
        return reader(numberAt + FROM_NUMBER_TO_NAME).text();
    }

    String type() {
        return reader(typeAt).text();
    }

    /** The set of the workspace's resources of its type. */
    SetKey ofType() {
        return reader(typeAt).set(SetKinds.RESOURCES_BY_TYPE, WORKSPACE_AT);
    }

    /** The set of a kind that belongs to the workspace. */
    SetKey ofWorkspace(int setKind) {
        return SetKey.at(setKind, row, WORKSPACE_AT);
    }

    /** Returns the row itself, not a copy. */
    byte[] row() {
        return row;
    }

    /** Returns the JSON of the wire. */
    byte[] json() {
        return Arrays.copyOfRange(row, jsonAt, row.length);
    }

    /** Returns the content that callers sent. */
    Content content() {
        return new Content(name(), type(), Arrays.copyOfRange(row, dataAt, dataAt + dataLength), metadata());
    }

    /** Returns the string pairs, compact. */
    byte[] metadata() {
        int at = dataAt + dataLength + FROM_DATA_TO_METADATA;
        return Arrays.copyOfRange(row, at, at + metadataLength);
    }

    boolean hasMetadata() {
        return metadataLength > Content.EMPTY.length;
    }

    byte[] key() {
        return workspace().keyOf(id());
    }

    String etag() {
        return EntityTagMatch.tag(version());
    }

    /** Returns the id of the resource by which access and order go. For a child it is the parent. */
    Id resource() {
        Id parent = parent();
        return parent == null ? id() : parent;
    }

    private RowReader reader(int position) {
        return new RowReader(row, VERSION).at(position);
    }

    /** The fields of a row besides its content. */
    private record Facts(
            Id id,
            Id workspace,
            @Nullable Id parent,
            long number,
            ResourceStatus status,
            long version,
            long createdAt,
            long updatedAt) {
        /**
         * Renders the JSON of the wire.
         *
         * @return where the data begins in it; the metadata follows as the next member
         */
        int render(Content content, JsonBytes json) {
            json.open().member("id", id);
            if (parent != null) {
                json.member("resourceId", parent);
            }
            json.member("type", content.type()).member("name", content.name());
            if (parent == null) {
                json.member("status", status.wireName());
            }
            int dataAt = json.name("data").position();
            json.raw(content.data())
                    .raw("metadata", content.metadata())
                    .member("version", version)
                    .member("createdAt", Times.text(createdAt))
                    .member("updatedAt", Times.text(updatedAt))
                    .close();
            return dataAt;
        }
    }
}
