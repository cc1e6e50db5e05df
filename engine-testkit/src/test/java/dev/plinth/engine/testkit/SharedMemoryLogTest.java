package dev.plinth.engine.testkit;

import dev.plinth.engine.log.SharedLog;
import dev.plinth.engine.log.SharedMemoryLog;

/** Tests that the log in memory keeps the promises of a shared log. */
class SharedMemoryLogTest extends SharedLogContract {
    private final SharedMemoryLog log = new SharedMemoryLog();

    @Override
    protected SharedLog first() {
        return log;
    }

    @Override
    protected SharedLog second() {
        return log;
    }

    @Override
    protected void endLease() {
        log.expireLease();
    }
}
