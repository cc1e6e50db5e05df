package dev.plinth.engine.internal.store;

import dev.plinth.engine.internal.store.log.Journal;

/** Passes the fates of records on to a store. */
record JournalFates(Store store) implements Journal.AppendListener {
    @Override
    public void durable(long sequence) {
        store.durable(sequence);
    }

    @Override
    public void fenced(long sequence) {
        store.undo(sequence, true);
    }

    @Override
    public void unknown(long sequence) {
        store.undo(sequence, false);
    }

    @Override
    public void ended(String thread, Throwable error) {
        store.journalFailed(thread, error);
    }
}
