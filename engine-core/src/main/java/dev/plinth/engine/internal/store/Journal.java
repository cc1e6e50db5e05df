package dev.plinth.engine.internal.store;

/**
 * Remembers records in order. It answers each append with one of three fates; nobody acts on a record before it is durable.
 *
 * <p>{@link #prepare} and {@link #append} are called inside the writer lock, in the order of sequences; {@link #flush} follows
 * outside of it. The fates arrive in order too, on any thread, and once a record is fenced or unknown no later one is durable.
 */
public interface Journal extends AutoCloseable {
    /** The reign under which this journal appends; each opening of a store begins a higher one. */
    long epoch();

    /** Tells the journal whom to tell of fates; called once, before the first append. */
    void start(AppendListener appendListener);

    /**
     * True if a record of so many bytes can be taken without touching the reserve that a full disk is met with. Waits while the disk
     * is about to make room.
     */
    default boolean hasRoom(int bytes) {
        return true;
    }

    /**
     * Makes a record ready, before any of its rows is seen: what the append needs memory for is done here. If it throws, nothing
     * has happened, and the record need not come.
     */
    default void prepare(Record record) {}

    /** Takes the record that was prepared last. If it throws, it has not taken it. */
    void append(Record record);

    /**
     * Asks for the fate of what was appended, by whomever: soon, or before it returns if that is fastest.
     *
     * @param here true if the caller may be kept for as long as the disk takes
     */
    default void flush(boolean here) {}

    /** How much survives what. */
    Durability durability();

    @Override
    void close();

    /** Hears what became of records. */
    interface AppendListener {
        /** All records up to this one are durable. */
        void durable(long sequence);

        /** This record and all after it are certainly not applied: another one reigns. */
        void fenced(long sequence);

        /** Of this record and all after it nobody knows: the disk or the log failed. */
        void unknown(long sequence);

        /** A thread of the journal has ended, or goes on without having done its work, by an error that is not the disk's. */
        default void ended(String thread, Throwable error) {}
    }

    /** How much survives what. */
    enum Durability {
        /** Acknowledged after fdatasync: survives a power cut. */
        FSYNC,
        /** Acknowledged after write: survives kill -9, not a power cut. */
        OS,
        /** Gone with the process. */
        MEMORY
    }
}
