package dev.plinth.engine.internal.store.log;

import dev.plinth.engine.internal.base.rows.Record;
import dev.plinth.engine.settings.Durability;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Keeps records in order. Each append has one of three fates: durable, fenced or unknown. No code acts on a record
 * before it is durable.
 *
 * <p>{@link #prepare} and {@link #append} are called inside the writer lock, in the order of sequences; {@link #flush}
 * follows outside of it. The fates arrive in order too, on any thread. Once a record is fenced or unknown no later one
 * is durable.
 */
public interface Journal extends AutoCloseable {
    /** Returns the number of the cell whose records this journal takes; 0 on a single node. */
    default int cell() {
        return 0;
    }

    /** Returns the reign under which this journal appends. Each opening of a store begins a higher one. */
    long epoch();

    /** Sets the listener of fates. Called once, before the first append. */
    void start(AppendListener appendListener);

    /**
     * Returns true if a record of so many bytes fits without the reserve for a full disk. Waits while the disk is about
     * to make room.
     */
    default boolean hasRoom(int bytes) {
        return true;
    }

    /**
     * Prepares a record before any of its rows is visible, including all memory that the append needs. If it throws,
     * nothing has happened, and the append may be left out.
     */
    default void prepare(Record record) {}

    /** Takes the record that was prepared last. If it throws, it has not taken it. */
    void append(Record record);

    /**
     * Asks for the fate of all appended records, soon, or before it returns if that is fastest.
     *
     * @param here true if the caller may be kept for as long as the disk takes
     */
    default void flush(boolean here) {}

    /** Returns the failures that an acknowledged record survives; empty if it is kept until the process ends. */
    Optional<Durability> durability();

    /** Returns true if another node may take the place of this one at any time, so that answers need {@link #confirm}. */
    default boolean isShared() {
        return false;
    }

    /**
     * Asks whether this reign was still the last one after the question began. So rows that were read before were not
     * stale.
     *
     * @return completes with false if another one has begun, or if nothing can tell
     */
    default CompletableFuture<Boolean> confirm() {
        return CompletableFuture.completedFuture(true);
    }

    /** Asks likewise. Completes with false also if so many milliseconds bring no answer. */
    default CompletableFuture<Boolean> confirm(long millis) {
        return confirm();
    }

    /** Returns for how many milliseconds the log has been asked without a yes; 0 if its last answer was one. */
    default long unconfirmedMillis() {
        return 0;
    }

    @Override
    void close();

    /** Learns the fates of records. */
    interface AppendListener {
        /** Tells that all records up to this one are durable. */
        void durable(long sequence);

        /** Tells that this record and all after it are certainly not applied, because another reign has begun. */
        void fenced(long sequence);

        /**
         * Tells that the fate of this record and of all after it is unknown.
         *
         * @param fenced true if the reason is that another reign has begun, so that later records are not written; false
         *     if the disk or the log failed
         */
        void unknown(long sequence, boolean fenced);

        /**
         * Tells that a thread of the journal has ended, or goes on without having done its work, by an error that is
         * not the disk's.
         */
        default void ended(String thread, Throwable error) {}
    }
}
