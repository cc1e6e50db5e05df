package dev.plinth.engine.internal.store;

import dev.plinth.engine.internal.store.log.Journal;
import dev.plinth.engine.log.SharedMemoryLog;

/** Journals over shared logs, for tests outside of this package. */
public final class LogJournals {
    private LogJournals() {}

    /** Makes the journal of the first reign over a new log in memory. */
    public static Journal onANewLog() {
        return JournalFault.onLog(new SharedMemoryLog());
    }
}
