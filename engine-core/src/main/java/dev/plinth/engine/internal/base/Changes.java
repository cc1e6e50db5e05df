package dev.plinth.engine.internal.base;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a decision wants to be written: rows and events, nothing done yet. Not thread-safe. */
public final class Changes {
    private static final int WRITES_USUAL = 3;

    private final List<Write> writes = new ArrayList<>(WRITES_USUAL);
    private List<EventDraft> events = List.of();
    private List<WrittenEvent> written = List.of();
    private List<Id> started = List.of();
    private List<Write> extras = List.of();
    private @Nullable ReserveAccess room;

    /** Puts a row. */
    public Changes put(TableName table, byte[] key, byte[] row) {
        writes.add(new Write(table, key, row));
        return this;
    }

    /** Puts a row that is left out if the workspace's share of the table, or the table, has no room for it. */
    public Changes putIfRoom(TableName table, byte[] key, byte[] row) {
        extras = with(new Write(table, key, row), extras);
        return this;
    }

    /** Says how far the record may go into what the tables keep in reserve. */
    public Changes within(ReserveAccess reserve) {
        room = reserve;
        return this;
    }

    /** Takes a row out. */
    public Changes remove(TableName table, byte[] key) {
        writes.add(new Write(table, key, null));
        return this;
    }

    /** Says that something happened. */
    public Changes event(EventDraft draft) {
        events = with(draft, events);
        return this;
    }

    /** Says that the writes hold the row of an event. */
    public Changes written(WrittenEvent event) {
        written = with(event, written);
        return this;
    }

    /** Says that the writes hold a new job. */
    public Changes started(Id job) {
        started = with(job, started);
        return this;
    }

    /** Adds all that another decision wants. */
    public Changes addAll(Changes other) {
        writes.addAll(other.writes);
        other.events.forEach(this::event);
        other.written.forEach(this::written);
        other.started.forEach(this::started);
        other.extras.forEach(extra -> extras = with(extra, extras));
        room = other.room == null ? room : other.room;
        return this;
    }

    /** Most decisions have none or one of a kind, which takes no list that grows. */
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

    /** Returns how far the record may go into the reserves, or what is given if no decision has said it. */
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

    /** The jobs that begin with the writes. */
    public List<Id> started() {
        return started;
    }

    /** True if there is nothing to write and nothing happened. */
    public boolean isEmpty() {
        return writes.isEmpty() && events.isEmpty() && extras.isEmpty();
    }

    /**
     * One after-image.
     *
     * @param table where
     * @param key under which key
     * @param row the row, or null where it is taken out
     */
    public record Write(TableName table, byte[] key, byte @Nullable [] row) {
        /** True if it is one of this table. */
        public boolean isIn(TableName other) {
            return table.number() == other.number();
        }
    }

    /**
     * An event before it has an id.
     *
     * @param workspace whose event it is: the owner's
     * @param type what happened, in the past tense
     * @param resource the resource that it is about or belongs to, or null
     * @param data the rendered object
     */
    public record EventDraft(
            Id workspace, String type, @Nullable Id resource, byte[] data) {}

    /**
     * An event that has its id and its row.
     *
     * @param id its id
     * @param workspace whose event it is
     * @param number its list number
     * @param type what happened
     * @param resource the resource that it is about or belongs to, or null
     */
    public record WrittenEvent(
            Id id,
            Id workspace,
            long number,
            String type,
            @Nullable Id resource) {}
}
