package dev.plinth.engine.internal.store;

import dev.plinth.engine.internal.base.rows.Record;
import dev.plinth.engine.internal.store.log.Journal;
import dev.plinth.engine.settings.Durability;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A journal with a flusher of its own: appends return at once, their fates come later, from its thread, when a test says so. */
public final class DeferredJournal implements Journal {
    private final ExecutorService flusher = Executors.newSingleThreadExecutor(work -> {
        Thread thread = new Thread(work, "flusher");
        thread.setDaemon(true);
        return thread;
    });
    private final List<Record> appended = new CopyOnWriteArrayList<>();
    private final boolean flushesByItself;
    private volatile boolean held;
    private volatile boolean failed;
    private volatile long durable;
    private volatile AppendListener appendListener;

    private DeferredJournal(boolean flushesByItself) {
        this.flushesByItself = flushesByItself;
    }

    /** Makes a journal that waits to be told. */
    public static DeferredJournal stepwise() {
        return new DeferredJournal(false);
    }

    /** Makes a journal that makes durable, in groups, what was appended during the flush before, until it is told to hold. */
    public static DeferredJournal groupCommit() {
        return new DeferredJournal(true);
    }

    /** All that was appended. */
    public List<Record> appended() {
        return appended;
    }

    /** The sequence of the last record that is durable. */
    public long durable() {
        return durable;
    }

    /** Makes durable, from now on, what a test names only. */
    public void hold() {
        onFlusher(() -> held = true);
    }

    /** Makes all durable that was appended, and flushes by itself again; does nothing once it has failed. */
    public void letGo() {
        onFlusher(() -> {
            held = false;
            flush();
        });
    }

    /** Makes all up to a sequence durable; returns when that has been told. */
    public void durable(long sequence) {
        onFlusher(() -> tellDurable(sequence));
    }

    /** Loses the reign from a sequence on. */
    public void fenced(long sequence) {
        failed = true;
        onFlusher(() -> appendListener.fenced(sequence));
    }

    /** Loses track from a sequence on. */
    public void unknown(long sequence) {
        failed = true;
        onFlusher(() -> appendListener.unknown(sequence, false));
    }

    @Override
    public long epoch() {
        return 1;
    }

    @Override
    public void start(AppendListener listener) {
        appendListener = listener;
    }

    @Override
    public void append(Record record) {
        appended.add(record);
        if (flushesByItself) {
            flusher.execute(this::flush);
        }
    }

    @Override
    public Optional<Durability> durability() {
        return Optional.of(Durability.FSYNC);
    }

    @Override
    public void close() {
        flusher.shutdown();
    }

    private void flush() {
        if (!held && !failed && !appended.isEmpty()) {
            tellDurable(appended.get(appended.size() - 1).sequence());
        }
    }

    private void tellDurable(long sequence) {
        durable = sequence;
        appendListener.durable(sequence);
    }

    private void onFlusher(Runnable work) {
        CompletableFuture.runAsync(work, flusher).join();
    }
}
