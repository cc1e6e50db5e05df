package dev.plinth.engine.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The resources whose rows wait, because an earlier row that names one of them was refused. Not thread-safe. */
final class HeldResources {
    private static final int PAGE = 100;

    private final InboxTables tables;
    private final Set<String> ids = new HashSet<>();

    HeldResources(InboxTables tables) {
        this.tables = tables;
    }

    /** Returns the ids, to which the engine adds those of further rows. */
    Set<String> ids() {
        return ids;
    }

    /** Reads which rows are refused, and puts rows back that wait for none of them any more. */
    void load(Connection connection) throws SQLException {
        ids.clear();
        List<Long> free = new ArrayList<>();
        long after = Long.MIN_VALUE;
        List<RefusedRow> page = tables.refused(connection, after, PAGE);
        while (!page.isEmpty()) {
            for (RefusedRow row : page) {
                after = row.number();
                boolean waits = row.problem().isEmpty();
                if (waits && row.resources().stream().noneMatch(ids::contains)) {
                    free.add(row.number());
                } else {
                    ids.addAll(row.resources());
                }
            }
            page = tables.refused(connection, after, PAGE);
        }
        if (!free.isEmpty()) {
            int unused = Transactions.on(connection, same -> {
                int moved = 0;
                for (long number : free) {
                    moved += tables.putBack(same, number);
                }
                return moved;
            });
        }
    }
}
