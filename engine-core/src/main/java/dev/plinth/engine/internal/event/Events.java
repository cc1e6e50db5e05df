package dev.plinth.engine.internal.event;

import dev.plinth.engine.internal.base.EventContent;
import dev.plinth.engine.internal.base.EventTypes;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.decision.Decision;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.SetKey;
import dev.plinth.engine.internal.base.rows.SetKinds;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.base.rows.TransferredTable;
import dev.plinth.engine.internal.list.Lists;
import dev.plinth.engine.internal.list.PageRequest;
import dev.plinth.engine.internal.shape.Entity;
import dev.plinth.engine.internal.shape.Schema;
import dev.plinth.engine.internal.timer.OldestFirst;
import dev.plinth.engine.internal.timer.SweepWork;
import dev.plinth.engine.internal.timer.WorkspacePurge;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The door of the room. It writes events into decisions, shows them, and publishes the host's own. */
public final class Events {
    /** The members of an event. */
    public static final Entity ENTITY = Entity.named("Event")
            .with("id", Schema.id(IdKind.EVENT))
            .with("type", Schema.TEXT)
            .with("createdAt", Schema.TIME)
            .with("data", Schema.OBJECT);

    /** The header in which a client of a stream names the last event that it has seen. */
    public static final String LAST_EVENT_ID = "Last-Event-ID";

    private Events() {}

    /** The tables of the room. */
    public static List<TableName<?>> tables() {
        return List.of(EventTables.EVENTS, EventTables.CURSORS);
    }

    /** Returns the tables whose rows move with a workspace. */
    public static List<TransferredTable> transferred() {
        return List.of(TransferredTable.numbered(EventTables.EVENTS, row -> EventRow.NUMBER_AT, (key, row, ids) -> {
            EventRow event = EventRow.read(row);
            ids.workspace(event.workspace());
            ids.key(event.key(), key);
            ids.json(event.id(), event.json());
        }));
    }

    /** Returns the retention of events. */
    public static SweepWork retention() {
        return new OldestFirst<>("events", EventTables.EVENTS, EventTables.ALL, EventRow::expiresAt);
    }

    /** Returns the purge of a workspace's events. */
    public static WorkspacePurge purge() {
        return WorkspacePurge.of(EventTables.EVENTS, workspace -> SetKey.of(SetKinds.EVENTS, workspace));
    }

    /** Adds the row of an event to the changes that cause it. */
    public static Changes.WrittenEvent append(Context context, Changes.EventDraft draft, Changes changes) {
        if (OwnEventTypes.isReserved(draft.type()) && !OwnEventTypes.ALL.contains(draft.type())) {
            throw new IllegalStateException("Expected a type of OwnEventTypes or of the host's, but got " + draft.type()
                    + "; lists by prefix would not find it");
        }
        Id id = context.newId(IdKind.EVENT);
        long number = context.nextNumber();
        EventRow row = EventRow.create(
                id, draft, number, context.now(), context.trace() == null ? draft.trace() : context.trace());
        changes.put(EventTables.EVENTS, draft.workspace().keyOf(id), row.row());
        return new Changes.WrittenEvent(id, draft.workspace(), number, draft.type(), draft.resource());
    }

    /** Reads from the row of an event what webhooks and waiters need. */
    public static Changes.WrittenEvent written(byte[] row) {
        return written(EventRow.read(row));
    }

    private static Changes.WrittenEvent written(EventRow row) {
        return new Changes.WrittenEvent(row.id(), row.workspace(), row.number(), row.type(), row.resource());
    }

    /**
     * Publishes an event of the host.
     *
     * @param workspace the workspace that owns the event
     * @param type a type that is not reserved
     * @param resource the resource that the event is about, or null
     */
    public static Decision publish(Context context, Id workspace, String type, @Nullable Id resource, byte[] data) {
        EventRow row = EventRow.create(
                context.newId(IdKind.EVENT),
                new Changes.EventDraft(workspace, type, resource, data),
                context.nextNumber(),
                context.now(),
                context.trace());
        Changes changes = new Changes().put(EventTables.EVENTS, row.key(), row.row());
        changes.written(written(row));
        return Decision.of(
                changes,
                Outcome.Done.created(row.json(), null, "/v1/events/" + row.id().text()));
    }

    /** Shows an event. */
    public static Command.Query get(Id id) {
        return context -> {
            EventRow row =
                    context.rows().find(EventTables.EVENTS, context.workspace().keyOf(id));
            if (row == null || row.isExpired(context)) {
                throw new RefusedException(Refusal.notFound());
            }
            return Outcome.Done.ok(row.json());
        };
    }

    /**
     * Lists events, newest first, or oldest first after an event of the caller. If that event is so old that it has
     * expired, the list has all kept events, because all of them came later.
     *
     * @param after the event to start after, or null
     */
    public static Command.Query list(PageRequest request, EventTypes types, @Nullable Id resource, @Nullable Id after) {
        EventFilter filter = new EventFilter(types, resource);
        return context -> {
            PageRequest from = request;
            if (after != null && request.edge() < 0) {
                from = new PageRequest(request.limit(), numberOf(context, after, "after"), true, request.cursors());
            }
            return Outcome.Done.ok(Lists.page(
                    context.rows(),
                    EventTables.EVENTS,
                    filter.sets(context.workspace()),
                    from,
                    row -> filter.accepts(row, context) ? row.json() : null));
        };
    }

    /**
     * Shows events as server-sent events without an end: those after an event of the caller, or from now on.
     *
     * @param after the event to start after, or null
     */
    public static Command.Query stream(EventTypes types, @Nullable Id resource, @Nullable Id after) {
        EventFilter filter = new EventFilter(types, resource);
        return context -> {
            long position = after == null
                    ? context.rows().floor(SetKey.of(SetKinds.EVENTS, context.workspace()), Long.MAX_VALUE)
                    : numberOf(context, after, LAST_EVENT_ID);
            return new EventStream(filter, position).begin(context);
        };
    }

    /** Visits the topics that a durable change signals. A change that is no new event has none. */
    public static void forEachTopic(Changes.Write write, Consumer<Id> visitor) {
        EventRow event = write.rowIn(EventTables.EVENTS);
        if (event != null) {
            Id workspace = event.workspace();
            String type = event.type();
            visitor.accept(EventTopics.topic(workspace));
            visitor.accept(EventTopics.topicOf(workspace, type));
            String family = EventTypes.family(type);
            if (!family.isEmpty()) {
                visitor.accept(EventTopics.topicOf(workspace, family));
            }
            Id resource = event.resource();
            if (resource != null) {
                visitor.accept(EventTopics.topicAbout(workspace, resource));
            }
        }
    }

    /**
     * Returns the data of an event of so many bytes, or null if the event is gone.
     *
     * @param length the length of the data in bytes
     */
    public static byte @Nullable [] data(Rows rows, Id workspace, Id event, int length) {
        byte[] row = rows.get(EventTables.EVENTS, workspace.keyOf(event));
        return row == null ? null : EventRow.data(row, length);
    }

    /** Returns what every webhook of an event carries, or null if the event is gone. */
    public static @Nullable EventContent content(Rows rows, Id workspace, Id event) {
        EventRow row = rows.find(EventTables.EVENTS, workspace.keyOf(event));
        return row == null ? null : new EventContent(row.json(), row.trace());
    }

    /**
     * Returns true if the id is of the workspace's time and its event would have expired. An event that is older than the
     * oldest kept one had expired under an earlier retention.
     */
    private static boolean isGone(Context context, Id event) {
        Rows rows = context.rows();
        long time = event.timeMillis();
        if (time < context.workspace().timeMillis()) {
            return false;
        }
        EventRow oldest = rows.first(EventTables.EVENTS, EventTables.ALL);
        return time + EventRow.keptMillis(rows) <= context.now() || oldest != null && time < oldest.createdAt();
    }

    private static long numberOf(Context context, Id event, String parameter) {
        EventRow row =
                context.rows().find(EventTables.EVENTS, context.workspace().keyOf(event));
        if (row == null && isGone(context, event)) {
            return Rows.NONE;
        }
        if (row == null) {
            String detail =
                    "No event with this id is kept for this workspace. Begin with a newer event, or without an id.";
            throw new RefusedException(
                    Refusal.ofParameter(ProblemCode.PARAMETER_INVALID, parameter, "unknown_event", detail));
        }
        return row.number();
    }
}
