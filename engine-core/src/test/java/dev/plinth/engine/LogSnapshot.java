package dev.plinth.engine;

import dev.plinth.engine.internal.settings.EngineConfig;
import dev.plinth.engine.internal.settings.EngineStore;
import dev.plinth.engine.internal.store.RowsCopy;
import dev.plinth.engine.log.SharedLog;
import dev.plinth.engine.settings.Tables;
import java.io.IOException;

/** Writes a snapshot of a shared log at once, for tests that cannot wait until a node finds that one is due. */
public final class LogSnapshot {
    private LogSnapshot() {}

    /** Writes all durable records of a log as a snapshot, and returns its position. Closes the log. */
    public static long write(SharedLog log) throws IOException {
        EngineConfig config = Engine.builder().tables(Tables.HEAP).config();
        try (RowsCopy rows = RowsCopy.ofLog(log, EngineStore.settings(config), config.clock())) {
            log.snapshots().write(rows.sequence(), out -> rows.writeTo(out, log));
            return rows.sequence();
        }
    }
}
