package dev.plinth.engine.log.postgres;

import java.io.IOException;
import java.sql.SQLException;

/** Tells failures of a database apart, and turns them into failures of a log. */
final class SqlStates {
    private static final String LOCK_NOT_AVAILABLE = "55P03";

    private SqlStates() {}

    /** Returns true if a lock was not free and the statement did not wait for it. */
    static boolean isLockNotFree(SQLException e) {
        return LOCK_NOT_AVAILABLE.equals(e.getSQLState());
    }

    static IOException asIo(SQLException e) {
        return new IOException("the database failed: " + e.getMessage(), e);
    }
}
