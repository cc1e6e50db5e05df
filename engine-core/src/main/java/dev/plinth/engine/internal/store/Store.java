package dev.plinth.engine.internal.store;

import dev.plinth.engine.internal.base.EngineThread;
import dev.plinth.engine.internal.base.EngineTimer;
import dev.plinth.engine.internal.base.FatalErrors;
import dev.plinth.engine.internal.base.Histogram;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.StoreFigures;
import dev.plinth.engine.internal.base.rows.StoreSettings;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.store.log.FileJournal;
import dev.plinth.engine.internal.store.log.Journal;
import dev.plinth.engine.internal.store.log.JournalEnd;
import dev.plinth.engine.internal.store.log.LogJournal;
import dev.plinth.engine.internal.store.log.StoreNames;
import dev.plinth.engine.internal.store.log.disk.Disk;
import dev.plinth.engine.internal.store.memory.StoreTables;
import dev.plinth.engine.settings.Durability;
import dev.plinth.engine.settings.EngineClock;
import dev.plinth.engine.settings.Plan;
import dev.plinth.engine.settings.RetentionTimes;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The only way to rows. Readers get a {@link View}; the writer gets a {@link Transaction}, one at a time. A reader says
 * for which purpose. An answer waits later for the rows that it shows, and code that acts on rows has to see durable
 * ones.
 *
 * <pre>
 *   lock                           what it guards                               order
 *   writer (WriterLock)            tables, sets, last sequence, last number     1
 *   InFlight's monitors              records between append and durable          2
 *   version (volatile, odd while   readers of several rows: retry when it
 *   the writer applies)            moved, wait for the writer after 16 tries    –
 * </pre>
 */
public final class Store implements AutoCloseable {
    private static final long VERSIONS_PER_RECORD = 2;
    private static final long TURN_PAUSE_NANOS = 20_000;
    private static final int TURN_PAUSES_MAX = 100;

    private final StoreTables tables;
    private final Journal journal;
    private final InFlight inFlight;
    private final FatalErrors fatalErrors;
    private final EngineTimer timer = new EngineTimer();
    private final WriterLock writer = new WriterLock();
    private final ConsistentReads reads;
    private final AnswerReadiness answers;
    private final EngineTime time;
    private final Transaction transaction;
    private @Nullable Snapshots snapshots;
    private final @Nullable Disk disk;
    private @Nullable QuickRestart quick;
    private volatile Runnable journalEnd = () -> {};
    private long recoveryNanos;
    private long recordsBehindLimit;

    private Store(
            StoreTables tables, Journal journal, EngineClock clock, FatalErrors fatalErrors, @Nullable Disk disk) {
        this.tables = tables;
        this.journal = journal;
        this.fatalErrors = fatalErrors;
        this.inFlight = new InFlight(journal.isShared());
        this.reads = new ConsistentReads(tables, writer, inFlight);
        this.disk = disk;
        ClockNote note = journal.isShared() ? new ClockNote(tables) : new ClockNote(disk);
        this.time = new EngineTime(clock, tables, journal.isShared() ? AnswerReadiness.LEAD_MILLIS : 0, note);
        this.answers = new AnswerReadiness(time, tables, journal, inFlight, this::appendTime);
        this.transaction = new Transaction(tables, journal, time, inFlight, note);
    }

    /** Opens a store without history. */
    public static Store open(StoreSettings settings, Journal journal, EngineClock clock) {
        StoreTables tables = new StoreTables(settings);
        Store store = new Store(tables, journal, clock, new FatalErrors(), null);
        journal.start(store.new Appends());
        return store;
    }

    /**
     * Opens the store of one reign, over tables that outlive it.
     *
     * @param tables have all records up to where the journal begins
     * @param recoveryNanos how long that took
     */
    static Store ofReign(
            StoreTables tables, LogJournal journal, EngineClock clock, FatalErrors fatalErrors, long recoveryNanos) {
        Store store = new Store(tables, journal, clock, fatalErrors, null);
        store.inFlight.startAt(tables.lastSequence(), tables);
        store.recoveryNanos = recoveryNanos;
        journal.start(store.new Appends());
        return store;
    }

    /**
     * Opens the store of a directory, over the tables that have all its records.
     *
     * @param quick where a clean close leaves the tables; null for nowhere
     * @param recoveryNanos how long it took to recover them
     * @param maker makes the snapshots of the store
     */
    static Store ofDirectory(
            Recovery.RecoveredTables recovered,
            FileJournal journal,
            EngineClock clock,
            Disk disk,
            @Nullable QuickRestart quick,
            long recoveryNanos,
            Function<Store, Snapshots> maker) {
        Store store = new Store(recovered.tables(), journal, clock, new FatalErrors(), disk);
        store.inFlight.startAt(recovered.end().sequence(), recovered.tables());
        store.quick = quick;
        store.recoveryNanos = recoveryNanos;
        store.recordsBehindLimit = recovered.behindLimit();
        Snapshots snapshots = maker.apply(store);
        store.snapshots = snapshots;
        store.onCommitted((sequence, writes) -> snapshots.committed());
        journal.start(store.new Appends());
        snapshots.start();
        return store;
    }

    /** Makes a snapshot now, for tests and tools. Does nothing in a store without a directory. */
    public void snapshot() throws IOException {
        if (snapshots != null) {
            snapshots.make();
        }
    }

    /**
     * Reads rows that belong together for an answer. The rows may be in flight, so the answer waits for
     * {@link View#highest()} before it leaves. The reader may run more than once, so it changes nothing.
     *
     * @return the result of the reader
     */
    public <T extends @Nullable Object> T readToAnswer(Function<? super View, T> reader) {
        return reads.read(new View(tables, time, false), reader, true);
    }

    /**
     * Reads likewise on a thread that must not sleep.
     *
     * @throws WriterBusyException if writers were quicker each time, and one of them has the lock for longer than a moment
     */
    public <T extends @Nullable Object> T readAtOnce(Function<? super View, T> reader) {
        return reads.read(new View(tables, time, false), reader, false);
    }

    /**
     * Reads rows that belong together for code that acts on them, and returns once all of them are durable. The reader
     * may run more than once, so it changes nothing.
     *
     * @return the result of the reader
     * @throws RefusedException if some of the rows never will be durable, or the reign has ended; the caller does
     *     nothing then
     */
    public <T extends @Nullable Object> T readToAct(Function<? super View, T> reader) {
        View view = new View(tables, time, false);
        T result = reads.read(view, reader, true);
        if (view.highest() > inFlight.committed()) {
            // Rows that are durable already need not wait for the thread that would tell of it.
            inFlight.dispatch();
            await(view.highest());
        }
        inFlight.checkReign();
        return result;
    }

    /**
     * Computes a number from rows without waiting for the disk: whether there is work, when, or how much. The rows behind
     * the number may be in flight. So code that acts on them reads them by {@link #readToAct} or decides in a commit.
     */
    public long look(ToLongFunction<? super View> question) {
        return reads.<Long>read(new View(tables, time, false), question::applyAsLong, true);
    }

    /**
     * Returns a view for reads of single rows for an answer, as {@link #readToAnswer} is for rows that belong together.
     * Each row is as a completely applied record has left it, so a read may spin while a record is being applied. Sets
     * must not be read through it.
     */
    public View viewToAnswer() {
        View view = new View(tables, time, true);
        view.begin();
        return view;
    }

    /** Returns a view for reads of single rows, each of which returns as {@link #readToAct} does. */
    public Rows viewToAct() {
        return new DurableRows(this);
    }

    /**
     * Admits one writer at a time, and tells the listeners afterwards of durable records. Waits first if the disk is
     * far behind.
     */
    public <T> T write(Function<Transaction, T> work) {
        if (!writer.isHeldHere()) {
            inFlight.awaitRoom();
        }
        return write(work, true);
    }

    /** Writes likewise without waiting for the disk. Ask {@link #isFull} first. */
    public <T> T writeNow(Function<Transaction, T> work) {
        return write(work, false);
    }

    /**
     * Writes likewise on a thread that must not sleep either.
     *
     * @throws WriterBusyException if another thread has the writer lock for longer than a moment; the work was not begun
     */
    public <T> T writeAtOnce(Function<Transaction, T> work) {
        if (!writer.tryLock()) {
            throw WriterBusyException.NOW;
        }
        return writeLocked(work, false);
    }

    private <T> T write(Function<Transaction, T> work, boolean mayWait) {
        writer.lock();
        return writeLocked(work, mayWait);
    }

    private <T> T writeLocked(Function<Transaction, T> work, boolean mayWait) {
        T result;
        try {
            tables.requireOpen();
            inFlight.checkReign();
            result = work.apply(transaction);
        } catch (RuntimeException | Error e) {
            release(mayWait);
            throw e;
        }
        try {
            release(mayWait);
        } catch (RuntimeException | Error e) {
            // The journal may have the record, so the caller must not be told that nothing was changed.
            fatalErrors.saw(e);
            throw new RefusedException(InFlight.UNKNOWN);
        }
        return result;
    }

    private void release(boolean mayWait) {
        try {
            writer.unlock();
        } finally {
            pass(mayWait);
        }
    }

    /** Passes the records of this thread on: to the disk, to the listeners, and to those that wait. */
    private void pass(boolean mayWait) {
        try {
            if (!writer.isHeldHere()) {
                journal.flush(mayWait);
            }
        } finally {
            inFlight.dispatch();
            if (inFlight.hasFailed()) {
                inFlight.rejectWaiting();
                journalEnd.run();
            }
        }
    }

    /** Returns how long syncs of the journal took, for metrics; null without a directory. */
    public @Nullable Histogram syncTimes() {
        return journal instanceof FileJournal file ? file.syncTimes() : null;
    }

    /** Returns how long the writer lock was held, for metrics. */
    public StoreFigures.WriterFigures writerFigures() {
        return writer.figures();
    }

    /**
     * Visits all rows of a table beside the writer. Rows that are written meanwhile are shown as they were or as they
     * are, and may be in flight. Throws {@code IllegalStateException} if shown rows may have been taken back meanwhile.
     */
    public void scan(TableName<?> table, BiConsumer<byte[], byte[]> visitor) {
        tables.requireOpen();
        inFlight.checkReign();
        tables.scan(table, visitor);
    }

    /** Returns the last list number that a record has used. */
    public long lastNumber() {
        return write(transaction -> tables.lastNumber());
    }

    /** Returns about how many threads wait for their turn to write. */
    public int writersWaiting() {
        return writer.waiting();
    }

    /**
     * Waits until as many threads have written as wait now, or none waits any more, or for {@link #TURN_PAUSES_MAX}
     * pauses. For work of many steps: a thread that ends a step and begins another one has the lock again before a
     * woken thread runs.
     */
    public void letWritersIn() {
        long until = tables.version() + VERSIONS_PER_RECORD * writer.waiting();
        for (int i = 0; i < TURN_PAUSES_MAX && writer.isAwaited() && tables.version() < until; i++) {
            LockSupport.parkNanos(TURN_PAUSE_NANOS);
        }
    }

    /** Adds a listener of every record once it is durable, in order. Call before the first write. */
    public void onCommitted(CommitListener listener) {
        inFlight.listen((sequence, writes) -> {
            try {
                listener.committed(sequence, writes);
            } catch (RuntimeException | Error e) {
                fatalErrors.saw(e);
                throw e;
            }
        });
    }

    /**
     * Adds a listener of rows that were undone because their records never will be durable. It gets the writes that
     * restored them, in order. It must be quick and must not write. Call before the first write.
     */
    public void onUndone(Consumer<List<Changes.Write>> listener) {
        inFlight.listen(listener);
    }

    /** Returns the number of the reign under which records are written. */
    public long epoch() {
        return journal.epoch();
    }

    /** Returns the sequence of the last record, in flight or not. */
    public long lastSequence() {
        return tables.lastSequence();
    }

    /** Returns the highest sequence of which all listeners have heard. */
    public long committed() {
        return inFlight.committed();
    }

    /**
     * Refuses a call that would wait for its own thread. That is a thread of the engine's own, one inside the writer
     * lock, or one that tells of durable records.
     *
     * @throws IllegalStateException says what to do instead
     */
    public void checkMayWait() {
        if (EngineThread.isCurrent() || writer.isHeldHere() || inFlight.isTellingHere()) {
            throw new IllegalStateException(
                    "Expected a thread of the host, but "
                            + Thread.currentThread().getName()
                            + " does work of the engine that this call would wait for; use submit(), or call from another thread.");
        }
    }

    /**
     * Waits until a sequence is durable and all listeners have heard of it. Throws {@code RefusedException} if it never
     * will be.
     */
    public void await(long sequence) {
        if (sequence > inFlight.committed()) {
            InFlight.join(inFlight.whenCommitted(sequence));
        }
    }

    /**
     * Completes when a sequence is durable and all listeners have heard of it. Fails with {@code RefusedException} if
     * it never will be.
     */
    public CompletableFuture<Void> whenCommitted(long sequence) {
        return inFlight.whenCommitted(sequence);
    }

    /** Returns what tells when answers may leave. */
    public AnswerReadiness answers() {
        return answers;
    }

    /** Sets what is run once the journal has ended by itself, and its records that are not durable are undone. */
    public void onJournalEnd(Runnable listener) {
        journalEnd = listener;
        if (inFlight.hasFailed()) {
            listener.run();
        }
    }

    /** Returns true if the reign has ended, so that the rows may be another node's. */
    public boolean hasEnded() {
        return inFlight.hasEnded();
    }

    /** Returns for how long rows are kept. */
    public RetentionTimes retention() {
        return tables.retention();
    }

    /**
     * Returns the engine's time, which is that of the next record, in epoch milliseconds. It never falls. It follows a jump of a clock that
     * may be wrong only once the jump has lasted ({@link EngineClock#mayBeWrong}).
     */
    public long nowMillis() {
        return time.millis();
    }

    /** Returns how many changes were refused because the source of ids had repeated itself. */
    public long takenIds() {
        return tables.takenIds();
    }

    /** Returns a sentence on a source of ids that has repeated itself, or null if it never has. */
    public @Nullable String idFault() {
        long taken = takenIds();
        return taken == 0
                ? null
                : "The source of ids has repeated itself, and " + taken + (taken == 1 ? " change was" : " changes were")
                        + " refused for it. Use an IdSource that never repeats itself.";
    }

    /** Returns the engine's time, which also tells how far the clock differs from it. */
    public EngineTime time() {
        return time;
    }

    /** Returns the time of the last record in epoch milliseconds, or 0 in a store without records. */
    public long lastTimeMillis() {
        return tables.lastTimeMillis();
    }

    /** Returns how many times rows were taken back that a reading beside the writer may have seen. */
    public long takenBack() {
        return write(transaction -> tables.takenBack());
    }

    /** Returns where failures are noted from which the engine does not recover. */
    public FatalErrors fatalErrors() {
        return fatalErrors;
    }

    /** Returns the timer of waits in real time, which the store closes. */
    public EngineTimer timer() {
        return timer;
    }

    /** Returns false once the journal has failed. Nothing is written any more, and reads go on. */
    public boolean isWritable() {
        return !inFlight.hasFailed();
    }

    /** Returns true if the records go to a log that other nodes read too. */
    public boolean isShared() {
        return journal.isShared();
    }

    /** Returns true if so much waits for the disk that a caller that cannot wait should retry later. */
    public boolean isFull() {
        return inFlight.isFull();
    }

    /** Returns the failures that an acknowledged record survives; empty if it is kept until the process ends. */
    public Optional<Durability> durability() {
        return journal.durability();
    }

    /** Removes all rows in one record, as if the store were new. For test clocks only. */
    public void clear() {
        await(this.<Long>write(Transaction::appendRemovalOfAll));
    }

    /**
     * Returns SHA-256 over all rows, members and locations, independent of their order. Equal states have equal hashes.
     */
    public byte[] stateHash() {
        writer.lock();
        try {
            return tables.stateHash();
        } finally {
            writer.unlock();
        }
    }

    /** Returns figures of the journal, for metrics. It asks the disk for the names of its files. */
    public StoreFigures.JournalFigures journalFigures() {
        StoreNames names = disk == null ? StoreNames.of(List.of()) : names(disk);
        int segments = names.segments().size();
        long newest = names.snapshots().isEmpty() ? 0 : names.snapshots().get(0);
        return new StoreFigures.JournalFigures(
                tables.lastSequence(),
                inFlight.committed(),
                segments,
                newest,
                snapshots == null ? 0 : snapshots.madeAtMillis(),
                recoveryNanos,
                recordsBehindLimit);
    }

    private static StoreNames names(Disk disk) {
        try {
            return StoreNames.of(disk);
        } catch (IOException e) {
            throw new IllegalStateException("Expected the names of the store's files, but the disk failed", e);
        }
    }

    /**
     * Returns how full each table with shares is, and which workspaces have the most rows in it, for metrics.
     *
     * @param most workspaces of each table, 1 or more
     */
    public List<StoreFigures.TableUse> uses(int most) {
        return tables.uses(most);
    }

    /** Returns what a workspace has of its share of each table under a plan. */
    public List<StoreFigures.ShareUse> shares(Id workspace, Plan plan) {
        return tables.shares(workspace, plan);
    }

    /**
     * Returns the table that a plan outgrows the most, or null if every table holds the rows of a workspace at the
     * plan's limit.
     */
    public StoreFigures.@Nullable Outgrown outgrownBy(Plan plan) {
        return tables.outgrownBy(plan);
    }

    /** Returns rows and bytes of each table, for metrics. */
    public List<StoreFigures.TableFigures> figures() {
        return tables.figures();
    }

    @Override
    public void close() {
        timer.close();
        if (!journal.isShared()) {
            fatalErrors.close();
        }
        if (snapshots != null) {
            snapshots.close();
        }
        writer.lock();
        try {
            inFlight.close();
        } finally {
            writer.unlock();
        }
        journal.close();
        if (journal.isShared()) {
            endReign();
            return; // the tables outlive a reign
        }
        writer.lock();
        try {
            closeTables();
        } finally {
            writer.unlock();
        }
        time.end();
        if (disk != null) {
            disk.close();
        }
    }

    /** Refuses all work that still goes on in the reign, because the rows are the next leader's from now on. */
    private void endReign() {
        if (!inFlight.hasFailed()) {
            undo(tables.lastSequence() + 1, inFlight.fenced(), true);
        }
    }

    private long appendTime() {
        return writeAtOnce(transaction -> transaction.append(List.of(), transaction.nowMillis()));
    }

    private void closeTables() {
        QuickRestart restart = quick;
        if (restart == null) {
            tables.close();
            return;
        }
        try (restart) {
            // After a failure there is nothing to leave: the next start makes them again.
            if (isWritable() && journal instanceof FileJournal file) {
                restart.leave(
                        tables,
                        new JournalEnd(file.store(), tables.lastSequence(), file.lastCrc(), file.epoch(), 0, 0, false));
            } else {
                tables.close();
            }
        }
    }

    /** Takes back appended records that never will be durable. */
    private void undo(long fromSequence, Refusal reason, boolean fenced) {
        writer.lock();
        try {
            inFlight.fail(fromSequence, reason, fenced, tables);
            transaction.forgetNumbers();
        } finally {
            writer.unlock();
            inFlight.rejectWaiting();
            journalEnd.run();
        }
    }

    /** Acts on the fates of records. */
    private final class Appends implements Journal.AppendListener {
        @Override
        public void durable(long sequence) {
            inFlight.durable(sequence);
            if (!writer.isHeldHere()) {
                inFlight.dispatch();
            }
        }

        @Override
        public void fenced(long sequence) {
            undo(sequence, inFlight.fenced(), true);
        }

        @Override
        public void unknown(long sequence, boolean fenced) {
            undo(sequence, InFlight.UNKNOWN, fenced);
        }

        @Override
        public void ended(String thread, Throwable error) {
            fatalErrors.ended(thread, error);
            journalEnd.run();
        }
    }
}
