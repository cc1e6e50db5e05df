package dev.plinth.engine.log.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The guard against commits that no standby keeps. A database that names no standby lets them go on without a warning. So
 * does one in which a reader of changes, such as a connector of Debezium, has the name of a standby. It confirms what it
 * has read, and cannot be promoted. So the guard is asked after a commit too, on the same connection, which has read a new
 * setting by then.
 *
 * <p>Immutable.
 */
final class StandbyGuard {
    private static final String NAMES = "current_setting('synchronous_standby_names')";

    /** The readers of logical slots for which commits wait, and those whose state this user may not see. */
    private static final String CONSUMERS = " from pg_get_replication_slots() as slot join pg_stat_get_wal_senders()"
            + " as sender on sender.pid = slot.active_pid where slot.slot_type = 'logical'"
            + " and coalesce(sender.sync_state, 'sync') in ('sync', 'quorum')";

    private static final String SAFE =
            " and " + NAMES + " <> '' and strpos(" + NAMES + ", '*') = 0 and not exists (select 1" + CONSUMERS + ")";

    private static final String STATE =
            "select " + NAMES + ", consumer.slot_name, consumer.sync_state from (values (1))"
                    + " as one left join lateral (select slot.slot_name, sender.sync_state" + CONSUMERS
                    + " limit 1) as consumer on true";

    private final boolean isLocal;

    /**
     * Makes the guard.
     *
     * @param isLocal true to need no standby
     */
    StandbyGuard(boolean isLocal) {
        this.isLocal = isLocal;
    }

    /** Returns the end of a condition in SQL, which holds while commits wait for a standby. */
    String condition() {
        return isLocal ? "" : SAFE;
    }

    /** Returns true if commits wait for a standby, or need none. */
    boolean isSafe(Connection connection) throws SQLException {
        return refusal(connection).isEmpty();
    }

    /** Returns a sentence on why commits wait for no standby; empty if they do, or need none. */
    Optional<String> refusal(Connection connection) throws SQLException {
        if (isLocal) {
            return Optional.empty();
        }
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(STATE)) {
            rows.next();
            return refusal(rows.getString(1), rows.getString(2), rows.getString(3) != null);
        }
    }

    private static Optional<String> refusal(String names, @Nullable String slot, boolean isSeen) {
        if (names.isEmpty()) {
            return Optional.of("The database must have a synchronous standby, but synchronous_standby_names is empty."
                    + " Set it to the names of the standbys, or choose local durability, which loses changes when the"
                    + " primary is lost.");
        }
        if (names.indexOf('*') >= 0) {
            return Optional.of("The database must have a synchronous standby, but synchronous_standby_names has *,"
                    + " which any reader of its log matches. Set it to the names of the standbys.");
        }
        if (slot == null) {
            return Optional.empty();
        }
        return Optional.of(
                isSeen
                        ? "The database must have a synchronous standby, but the reader of logical slot " + slot
                                + " counts as one. Take its application_name out of synchronous_standby_names."
                        : "The database must tell whether the reader of logical slot " + slot + " counts as a"
                                + " standby, but this user may not see that. Grant it pg_read_all_stats.");
    }
}
