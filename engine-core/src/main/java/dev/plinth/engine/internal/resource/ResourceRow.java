package dev.plinth.engine.internal.resource;

import dev.plinth.engine.internal.base.Bytes;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.RowReader;
import dev.plinth.engine.internal.base.RowWriter;
import dev.plinth.engine.internal.base.SetKey;
import dev.plinth.engine.internal.base.SetKinds;
import dev.plinth.engine.internal.base.Times;
import dev.plinth.engine.internal.json.JsonBytes;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A resource or a child as it is stored: the facts that rules ask for, its content, and the JSON that everybody is shown,
 * rendered once per change. Data and metadata are stored inside that JSON only: as long as they may be, twice would be too much
 * for a row.
 *
 * <p>It is a view of its row, so that of a row nothing is read but what somebody asks for.
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

    /** A new one, active, in version 1; the kind of its id tells whether it is a child. */
    static ResourceRow create(Id id, Id workspace, @Nullable Id parent, long number, long now, Content content) {
        return write(new Facts(id, workspace, parent, number, Status.ACTIVE, 1, now, now), content);
    }

    /** The next version with this status and content. */
    ResourceRow next(Status nextStatus, Content nextContent, long now) {
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

    /** The owner. */
    Id workspace() {
        return Id.read(IdKind.WORKSPACE, row, WORKSPACE_AT);
    }

    /** The resource that a child belongs to; null of a resource. */
    @Nullable
    Id parent() {
        return reader(PARENT_AT).optionalId(IdKind.RESOURCE);
    }

    /** Its place in lists. */
    long number() {
        return Bytes.getLong(row, numberAt);
    }

    /** Its status; of a child always active. */
    Status status() {
        return Status.stored(row[numberAt + FROM_NUMBER_TO_STATUS]);
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
        return reader(typeAt).set(SetKinds.RESOURCES_BY_TYPE, workspace());
    }

    /** The row itself; not copied. */
    byte[] row() {
        return row;
    }

    /** What everybody is shown. */
    byte[] json() {
        return Arrays.copyOfRange(row, jsonAt, row.length);
    }

    /** What the caller said of it. */
    Content content() {
        return new Content(name(), type(), Arrays.copyOfRange(row, dataAt, dataAt + dataLength), metadata());
    }

    /** String pairs, compact. */
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

    /** The id of the resource that access and order go by: the parent of a child. */
    Id resource() {
        Id parent = parent();
        return parent == null ? id() : parent;
    }

    private RowReader reader(int position) {
        return new RowReader(row, VERSION).at(position);
    }

    /** What a row says besides its content. */
    private record Facts(
            Id id,
            Id workspace,
            @Nullable Id parent,
            long number,
            Status status,
            long version,
            long createdAt,
            long updatedAt) {
        /**
         * Renders what everybody is shown.
         *
         * @return where the data stands in it; the metadata follows as the next member
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
