package dev.plinth.engine.internal.store;

import dev.plinth.engine.internal.base.rows.Record;
import dev.plinth.engine.internal.store.log.Journal;
import dev.plinth.engine.settings.Durability;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The journal of an engine without a directory. Every record is at once as durable as the process. */
public final class MemoryJournal implements Journal {
    private @Nullable AppendListener appendListener;

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
        AppendListener listener = appendListener;
        if (listener == null) {
            throw new IllegalStateException(
                    "Expected start() before append() of record " + record.sequence() + ", but no listener is set");
        }
        listener.durable(record.sequence());
    }

    @Override
    public Optional<Durability> durability() {
        return Optional.empty();
    }

    @Override
    public void close() {
        appendListener = null;
    }
}
