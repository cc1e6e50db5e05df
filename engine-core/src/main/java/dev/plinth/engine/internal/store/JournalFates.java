package dev.plinth.engine.internal.store;

import dev.plinth.engine.internal.store.log.Journal;
import java.util.function.BiConsumer;
import java.util.function.LongConsumer;

/**
 * Passes the fates of records on.
 *
 * @param durables learns of the last durable record
 * @param losses learns of the first record that is certainly not applied
 * @param unknowns learns of the first record whose fate is unknown
 * @param ends learns of a thread of the journal that has ended
 */
record JournalFates(
        LongConsumer durables, LongConsumer losses, LongConsumer unknowns, BiConsumer<String, Throwable> ends)
        implements Journal.AppendListener {
    @Override
    public void durable(long sequence) {
        durables.accept(sequence);
    }

    @Override
    public void fenced(long sequence) {
        losses.accept(sequence);
    }

    @Override
    public void unknown(long sequence) {
        unknowns.accept(sequence);
    }

    @Override
    public void ended(String thread, Throwable error) {
        ends.accept(thread, error);
    }
}
