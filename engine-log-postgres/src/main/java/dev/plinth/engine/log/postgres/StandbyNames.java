package dev.plinth.engine.log.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * The guard against a database that names no standby any more. It then lets commits go on that wait for one, without a
 * warning. So the names are asked for after such a commit, on the same connection, which has read the new setting by then.
 *
 * <p>Immutable.
 */
final class StandbyNames {
    private static final String ANY = "current_setting('synchronous_standby_names') <> ''";

    private final boolean isLocal;

    /**
     * Makes the guard.
     *
     * @param isLocal true to need no standby
     */
    StandbyNames(boolean isLocal) {
        this.isLocal = isLocal;
    }

    /** Returns the end of a condition in SQL, which holds while commits wait for a standby. */
    String condition() {
        return isLocal ? "" : " and " + ANY;
    }

    /** Returns true if no commit went by without its standby because none is named. */
    boolean isAny(Connection connection) throws SQLException {
        if (isLocal) {
            return true;
        }
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select " + ANY)) {
            rows.next();
            return rows.getBoolean(1);
        }
    }
}
