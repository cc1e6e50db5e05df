package dev.plinth.engine.internal.base.rows;

import dev.plinth.engine.api.TraceParent;
import dev.plinth.engine.internal.base.Id;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rows and events that a decision wants to write. Nothing is written yet. Not thread-safe. */
public final class Changes {
    private static final int WRITES_USUAL = 3;

    private final List<Write> writes = new ArrayList<>(WRITES_USUAL);
    private List<EventDraft> events = List.of();
    private List<WrittenEvent> written = List.of();
    private List<Id> started = List.of();
    private List<Write> extras = List.of();
    private List<List<Write>> operations = List.of();
    private @Nullable ReserveAccess room;
    private boolean fannedOut;

    public Changes put(TableName<?> table, byte[] key, byte[] row) {
        writes.add(new Write(table, key, row));
        return this;
    }

    /** Puts a row that is left out if the table or the workspace's share of it has no room. */
    public Changes putIfRoom(TableName<?> table, byte[] key, byte[] row) {
        extras = with(new Write(table, key, row), extras);
        return this;
    }

    /** Sets how much of the tables' reserve the record may use. */
    public Changes within(ReserveAccess reserve) {
        room = reserve;
        return this;
    }

    /** Removes a row. */
    public Changes remove(TableName<?> table, byte[] key) {
        writes.add(new Write(table, key, null));
        return this;
    }

    /** Adds an event that has no id yet. */
    public Changes event(EventDraft draft) {
        events = with(draft, events);
        return this;
    }

    /** Records that the writes contain the row of an event. */
    public Changes written(WrittenEvent event) {
        written = with(event, written);
        return this;
    }

    /** Records that the writes contain a new job. */
    public Changes started(Id job) {
        started = with(job, started);
        return this;
    }

    /** Records that the events have their rows, and that the deliveries of all of them are among the writes. */
    public Changes fannedOut() {
        fannedOut = true;
        return this;
    }

    /** Returns true if the events have their rows and deliveries already. */
    public boolean areFannedOut() {
        return fannedOut;
    }

    /** Records which writes each operation of a batch made, in order. A row that several wrote is in each of them. */
    public Changes madeBy(List<List<Write>> each) {
        operations = each;
        return this;
    }

    /** Returns the writes of each operation of a batch; empty for any other change. */
    public List<List<Write>> operations() {
        return operations;
    }

    /** Adds all changes of another decision. */
    public Changes addAll(Changes other) {
        writes.addAll(other.writes);
        other.events.forEach(this::event);
        other.written.forEach(this::written);
        other.started.forEach(this::started);
        other.extras.forEach(extra -> extras = with(extra, extras));
        room = other.room == null ? room : other.room;
        return this;
    }

    /**
     * Returns a list with one more element. Most decisions have at most one of a kind, for which a growable list is too
     * much.
     */
    private static <T> List<T> with(T one, List<T> others) {
        if (others.isEmpty()) {
            return List.of(one);
        }
        List<T> more = others.size() == 1 ? new ArrayList<>(others) : others;
        more.add(one);
        return more;
    }

    /** The writes in order. */
    public List<Write> writes() {
        return writes;
    }

    /** Returns the writes that {@link #putIfRoom} has added. */
    public List<Write> extras() {
        return extras;
    }

    /** Returns how much of the reserves the record may use, or the given value if no decision has set it. */
    public ReserveAccess room(ReserveAccess otherwise) {
        ReserveAccess said = room;
        return said == null ? otherwise : said;
    }

    /** The events in order. */
    public List<EventDraft> events() {
        return events;
    }

    /** The events whose rows are among the writes. */
    public List<WrittenEvent> written() {
        return written;
    }

    /** The jobs that the writes start. */
    public List<Id> started() {
        return started;
    }

    /** Returns true if there is nothing to write and no event. */
    public boolean isEmpty() {
        return writes.isEmpty() && events.isEmpty() && extras.isEmpty();
    }

    /**
     * The row of a key after the change.
     *
     * @param table the table
     * @param key the key
     * @param row the row, or null if it is removed
     */
    public record Write(TableName<?> table, byte[] key, byte @Nullable [] row) {
        /** Returns true if the write is in this table. */
        public boolean isIn(TableName<?> other) {
            return table.number() == other.number();
        }

        /** Returns the row as its room reads it, or null if it is removed or the write is in another table. */
        public <R> @Nullable R rowIn(TableName<R> other) {
            return isIn(other) ? other.read(row) : null;
        }
    }

    /**
     * An event before it has an id.
     *
     * @param workspace the workspace that owns the event
     * @param type what happened, in the past tense
     * @param resource the resource that the event is about or belongs to, or null
     * @param data the rendered object
     * @param trace the trace of the event if the decision belongs to none, or null
     */
    public record EventDraft(
            Id workspace,
            String type,
            @Nullable Id resource,
            byte[] data,
            @Nullable TraceParent trace) {
        /** Makes an event of the trace of its decision. */
        public EventDraft(Id workspace, String type, @Nullable Id resource, byte[] data) {
            this(workspace, type, resource, data, null);
        }
    }

    /**
     * An event that has its id and its row.
     *
     * @param id its id
     * @param workspace the workspace that owns the event
     * @param number its list number
     * @param type what happened
     * @param resource the resource that the event is about or belongs to, or null
     */
    public record WrittenEvent(
            Id id,
            Id workspace,
            long number,
            String type,
            @Nullable Id resource) {}
}
