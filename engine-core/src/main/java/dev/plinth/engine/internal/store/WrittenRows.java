package dev.plinth.engine.internal.store;

import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.store.log.LogJournal;
import dev.plinth.engine.internal.store.memory.StoreTables;
import java.io.IOException;

/** The rows of a reign, some of which may be in flight. */
record WrittenRows(Store store, LogJournal writing, StoreTables tables) implements LogSnapshots.CopySource {
    /** Begins with the last record that is durable. A batch ends with it, so the log can be read on behind it. */
    @Override
    public LogSnapshots.Started begin() throws IOException {
        LogSnapshots.Started started =
                store.write(transaction -> LogSnapshots.Started.of(tables, writing.durableEnd(), 0));
        if (started.sequence() == 0) {
            throw new IOException("no record is durable yet");
        }
        return started;
    }

    @Override
    public long end(LogSnapshots.Started started) throws IOException {
        long last = store.write(transaction -> {
            transaction.checkWritable();
            return tables.takenBack() == started.takenBack() ? transaction.lastSequence() : Rows.NONE;
        });
        if (last == Rows.NONE) {
            throw new IOException("rows were taken back meanwhile that may be in it");
        }
        store.await(last);
        return last;
    }
}
