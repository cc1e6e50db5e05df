package dev.plinth.engine.internal.base;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a decision wants to be written: rows and events, nothing done yet. Not thread-safe. */
public final class Changes {
    private final List<Write> writes = new ArrayList<>(8);
    private final List<EventDraft> events = new ArrayList<>(2);
    private final List<WrittenEvent> written = new ArrayList<>(2);
    private List<Id> started = List.of();

    /** Puts a row. */
    public Changes put(TableName table, byte[] key, byte[] row) {
        writes.add(new Write(table, key, row));
        return this;
    }

    /** Takes a row out. */
    public Changes remove(TableName table, byte[] key) {
        writes.add(new Write(table, key, null));
        return this;
    }

    /** Says that something happened. */
    public Changes event(EventDraft draft) {
        events.add(draft);
        return this;
    }

    /** Says that the writes hold the row of an event. */
    public Changes written(WrittenEvent event) {
        written.add(event);
        return this;
    }

    /** Says that the writes hold a new job. */
    public Changes started(Id job) {
        if (started.isEmpty()) {
            started = new ArrayList<>(1);
        }
        started.add(job);
        return this;
    }

    /** Adds all that another decision wants. */
    public Changes addAll(Changes other) {
        writes.addAll(other.writes);
        events.addAll(other.events);
        written.addAll(other.written);
        other.started.forEach(this::started);
        return this;
    }

    /** The writes in order. */
    public List<Write> writes() {
        return writes;
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
        return writes.isEmpty() && events.isEmpty();
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
     * @param type what happened
     * @param resource the resource that it is about or belongs to, or null
     */
    public record WrittenEvent(
            Id id, Id workspace, String type, @Nullable Id resource) {}
}
