package dev.plinth.engine.jdbc;

import dev.plinth.engine.inbox.InboxRow;
import dev.plinth.engine.inbox.InboxSession;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Decides which rows to read next, and when. A full look begins with the lowest number, because a row may be committed
 * long after rows with higher ones. It is costly while deleted rows cannot be vacuumed, so it rests in proportion to its
 * time. Not thread-safe.
 */
final class Looks {
    private static final int FULL_LOOK_RESTS = 20;
    private static final long BYTES_MAX = 4 * 1024 * 1024;
    private static final int ROWS_AT_FIRST = 10;

    /** The wait between two looks soon after a row, when more may come. */
    private static final long AWAKE_WAIT_MILLIS = 5;

    /** How long the thread stays awake after a row, so that many commits in a row need no notification. */
    private static final long AWAKE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final long IDLE_MILLIS = 500;

    private final InboxTables tables;
    private final BooleanSupplier listening;
    private long seen = Long.MIN_VALUE;
    private long fullAgain = System.nanoTime();
    private long lastRow = fullAgain - AWAKE_NANOS;
    private int limit = ROWS_AT_FIRST;
    private boolean asleep;

    /**
     * Begins with a full look.
     *
     * @param listening tells whether a notification would be heard
     */
    Looks(InboxTables tables, BooleanSupplier listening) {
        this.tables = tables;
        this.listening = listening;
    }

    /** Begins anew with a full look. */
    void restart() {
        seen = Long.MIN_VALUE;
        fullAgain = System.nanoTime();
    }

    /**
     * Returns the next rows; none if the look has found none.
     *
     * @param woken numbers of rows that may have been committed
     */
    List<InboxRow> next(Connection connection, List<Long> woken) throws SQLException {
        long begin = System.nanoTime();
        boolean full = begin - fullAgain >= 0;
        List<Long> late = full
                ? List.of()
                : woken.stream()
                        .filter(number -> number <= seen)
                        .limit(InboxSession.REMEMBERED_MAX)
                        .toList();
        List<InboxRow> rows = late.isEmpty() ? List.of() : tables.read(connection, late);
        if (rows.isEmpty()) {
            rows = tables.read(connection, full ? Long.MIN_VALUE : seen, limit);
        }
        long end = System.nanoTime();
        if (full) {
            fullAgain = end + FULL_LOOK_RESTS * (end - begin);
        }
        note(rows, end);
        return rows;
    }

    private void note(List<InboxRow> rows, long now) {
        long bytes = 0;
        for (InboxRow row : rows) {
            seen = Math.max(seen, row.name().number());
            bytes += row.body().length();
            lastRow = now;
        }
        if (bytes > BYTES_MAX) {
            limit = Math.max(1, limit / 4);
        } else if (rows.size() == limit) {
            limit = Math.min(InboxSession.REMEMBERED_MAX, 2 * limit);
        }
    }

    /**
     * Returns how long to wait after a look without rows, in milliseconds. Before a long wait it asks transactions to notify
     * the thread, and has it look once more, because one may have been committed meanwhile.
     */
    long waitMillis(Connection connection) throws SQLException {
        if (System.nanoTime() - lastRow < AWAKE_NANOS) {
            return AWAKE_WAIT_MILLIS;
        }
        if (!asleep && listening.getAsBoolean()) {
            asleep = tables.sleep(connection);
            return asleep ? 0 : IDLE_MILLIS;
        }
        return IDLE_MILLIS;
    }

    /** Tells transactions that they need not notify any more. */
    void wakeUp(Connection connection) throws SQLException {
        if (asleep) {
            asleep = false;
            lastRow = System.nanoTime();
            tables.wakeUp(connection);
        }
    }
}
