package dev.plinth.engine.internal.store;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.Recordings;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.NewRows;
import dev.plinth.engine.internal.base.rows.Record;
import dev.plinth.engine.internal.base.rows.ReserveAccess;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.SetKey;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.store.log.Journal;
import dev.plinth.engine.internal.store.log.RecordCodec;
import dev.plinth.engine.internal.store.memory.CapacityCheck;
import dev.plinth.engine.internal.store.memory.StoreTables;
import dev.plinth.engine.settings.Plan;
import dev.plinth.engine.settings.RetentionTimes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The rights of the only writer: to read the rows as they are, and to append records, each applied at once. Only to be
 * used inside {@link Store#write}.
 */
public final class Transaction implements Rows {
    private final StoreTables tables;
    private final Journal journal;
    private final EngineTime time;
    private final InFlight inFlight;
    private final ClockNote note;
    private long number;

    Transaction(StoreTables tables, Journal journal, EngineTime time, InFlight inFlight, ClockNote note) {
        this.tables = tables;
        this.journal = journal;
        this.time = time;
        this.inFlight = inFlight;
        this.note = note;
    }

    /** Returns the time of the next record in epoch milliseconds, which is {@link Store#nowMillis}. */
    public long nowMillis() {
        return time.millis();
    }

    /** Reserves so many list numbers, 1 or more, and returns the first of them. */
    public long nextNumbers(long count) {
        long first = Math.max(number, tables.lastNumber()) + 1;
        number = first + count - 1;
        return first;
    }

    /** Reuses the numbers that were only given to undone records. */
    void forgetNumbers() {
        number = 0;
    }

    /** Throws {@code RefusedException} if the journal has failed. */
    void checkWritable() {
        inFlight.checkWritable();
    }

    /** Returns the sequence of the last record. */
    public long lastSequence() {
        return tables.lastSequence();
    }

    /**
     * Appends one record with these writes and applies it: all of them, or none. It may use all room of the tables.
     *
     * @param timeMillis the time of the decision, from {@link #nowMillis}
     * @return its sequence, to wait for
     * @throws RefusedException if there is no room for it or the journal has failed; then nothing was changed
     * @throws IllegalStateException if it has more than {@link Limits#RECORD_ROWS_MAX} writes or
     *     {@link Limits#RECORD_BYTES_MAX} bytes; then nothing was changed
     */
    public long append(List<Changes.Write> writes, long timeMillis) {
        return append(writes, timeMillis, ReserveAccess.OPERATOR, workspace -> Plan.STARTER);
    }

    /**
     * Appends one record as {@link #append(List, long)} does, within the shares of its rows' workspaces.
     *
     * @param reserve how much of the tables' reserves it may use
     * @param plans returns the plan of a workspace; asked only for {@link ReserveAccess#ASKED}
     */
    public long append(List<Changes.Write> writes, long timeMillis, ReserveAccess reserve, Function<Id, Plan> plans) {
        inFlight.checkWritable();
        int bytes = RecordCodec.size(writes);
        if (writes.size() > Limits.RECORD_ROWS_MAX || bytes > Limits.RECORD_BYTES_MAX) {
            throw new IllegalStateException("Expected a record of at most " + Limits.RECORD_ROWS_MAX + " rows and "
                    + Limits.RECORD_BYTES_MAX + " bytes, but got " + writes.size() + " rows and " + bytes
                    + " bytes; let what grows become a state in its row that the background carries on");
        }
        requireRoom(bytes);
        Refusal lacking = tables.lacks(writes, reserve, plans);
        if (lacking != null) {
            throw new RefusedException(lacking);
        }
        Changes.Write noted = note.unwritten();
        if (noted == null || tables.lacks(List.of(noted), ReserveAccess.OPERATOR, plans) != null) {
            return append(writes, timeMillis, false, bytes);
        }
        List<Changes.Write> all = new ArrayList<>(writes);
        all.add(noted);
        long sequence = append(all, timeMillis, false, RecordCodec.size(all));
        note.written(noted);
        return sequence;
    }

    /** Returns true if rows have room together within the shares of their workspaces. */
    public boolean hasRoom(List<Changes.Write> writes, ReserveAccess reserve, Function<Id, Plan> plans) {
        return tables.lacks(writes, reserve, plans) == null;
    }

    /** Returns why these rows of one workspace do not fit within the shares of its plan, or null if they fit. */
    public @Nullable Refusal lacks(Id workspace, Plan plan, List<NewRows> rows) {
        return tables.lacks(workspace, plan, rows);
    }

    /**
     * Appends one record that removes all rows, however many there are, and applies it.
     *
     * @return its sequence, to wait for
     * @throws RefusedException if there is no room for it or the journal has failed; then nothing was changed
     */
    long appendRemovalOfAll() {
        int bytes = RecordCodec.size(List.of());
        requireRoom(bytes);
        return append(tables.removals(), nowMillis(), true, bytes);
    }

    /**
     * Appends a record. Anything that needs memory comes before the journal has the record. So missing memory or stack
     * undoes and ends this record alone. Only if the undo fails too, nothing is written any more.
     */
    private long append(List<Changes.Write> writes, long timeMillis, boolean emptiesAll, int bytes) {
        long sequence = tables.lastSequence() + 1;
        long lastNumber = Math.max(number, tables.lastNumber());
        Record record =
                new Record(journal.cell(), journal.epoch(), sequence, timeMillis, lastNumber, writes, emptiesAll);
        CommitRecording event = Recordings.begun(CommitRecording::probe, CommitRecording::new);
        try {
            journal.prepare(record);
            applyAndAppend(record, bytes);
            if (event != null) {
                event.ended(sequence, writes.size(), bytes);
            }
        } catch (RuntimeException | Error e) {
            if (tables.isTorn()) {
                inFlight.fail(sequence, InFlight.UNKNOWN, false, tables);
            }
            forgetNumbers();
            throw e;
        }
        return sequence;
    }

    private void applyAndAppend(Record record, int bytes) {
        byte[] @Nullable [] before = tables.apply(record);
        try {
            inFlight.add(record, bytes, before);
            journal.append(record);
        } catch (RuntimeException | Error e) {
            // The next record has the same number, so no reader may have seen this one.
            inFlight.drop(record.sequence());
            tables.abandon(record, before);
            inFlight.tellUndone(record, before);
            throw e;
        }
        tables.complete(record);
    }

    /** Refuses once the store is being closed, because the rows that it shows may be incomplete from then on. */
    public void checkOpen() {
        inFlight.checkOpen();
    }

    /**
     * Refuses if there is no room for a record of so many bytes, before work that must not be done twice. The room in
     * the tables can only be checked once its rows are known.
     */
    public void requireRoom(int bytes) {
        inFlight.checkWritable();
        if (!journal.hasRoom(bytes)) {
            if (journal.isShared()) {
                throw new RefusedException(Refusal.notLeader()); // it has room as long as its reign lasts
            }
            throw new RefusedException(Refusal.of(
                            ProblemCode.CAPACITY_EXHAUSTED,
                            "The disk has no room for the journal; nothing was changed. Free some space, and the engine goes on by itself.")
                    .retryAfter(CapacityCheck.RETRY_SECONDS));
        }
    }

    /** Returns the last record since opening that wrote to a table, or 0. */
    public long changedAt(TableName<?> table) {
        return tables.changedAt(table);
    }

    @Override
    public byte @Nullable [] get(TableName<?> table, byte[] key) {
        return tables.get(table, key);
    }

    @Override
    public long floor(SetKey set, long from) {
        return tables.sets().floor(set, from);
    }

    @Override
    public long ceiling(SetKey set, long from) {
        return tables.sets().ceiling(set, from);
    }

    @Override
    public long size(SetKey set) {
        return tables.sets().size(set);
    }

    @Override
    public byte @Nullable [] at(long placed) {
        return tables.at(placed);
    }

    @Override
    public byte @Nullable [] keyAt(long placed) {
        return tables.keyAt(placed);
    }

    @Override
    public long expiryTime(long nowMillis) {
        return time.expiryTime(nowMillis);
    }

    @Override
    public long expiryTime(long beganMillis, long nowMillis) {
        return time.expiryTime(beganMillis, nowMillis);
    }

    @Override
    public RetentionTimes retention() {
        return tables.retention();
    }
}
