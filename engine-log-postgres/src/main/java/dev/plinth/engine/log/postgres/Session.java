package dev.plinth.engine.log.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A connection for one kind of work, taken from the data source when it is needed and kept. After a failure the next
 * work takes a new one.
 *
 * <p>Thread-safe. The lock is held while work runs. {@link #abort} and {@link #close} do not wait for it.
 */
final class Session implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Session.class.getName());
    private static final String CLOSED = "08003";
    private static final int CONNECTS_MAX = 5;

    /** How long a new connection may be silent while it is checked and set up. No statement waits for a standby then. */
    private static final int CHECK_MILLIS_MAX = 10_000;

    /** How long the server may be silent when a connection is given back. */
    private static final int GIVE_BACK_MILLIS = 2_000;

    private final DataSource source;
    private final ServerCheck check;
    private final SessionSettings settings;
    private final int timeoutMillis;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile @Nullable Open open;
    private volatile long busySince;
    private volatile boolean isBusy;
    private volatile boolean isClosed;

    /**
     * Makes a session without a connection.
     *
     * @param timeout how long the network may be silent during a statement; zero for ever
     */
    Session(DataSource source, ServerCheck check, SessionSettings settings, Duration timeout) {
        this.source = source;
        this.check = check;
        this.settings = settings;
        this.timeoutMillis = (int) timeout.toMillis();
    }

    /** Runs statements on a connection. */
    @FunctionalInterface
    interface Work<T extends @Nullable Object> {
        T on(Connection connection) throws SQLException;
    }

    /** A connection, the state to give it back in, and the server's name for it. */
    private record Open(Connection connection, SessionSettings.Earlier earlier, Backend backend) {}

    /** A server that cannot hold the log; the message is a sentence on why. */
    static final class RefusedServerException extends SQLException {
        private static final long serialVersionUID = 1L;

        RefusedServerException(String sentence) {
            super(sentence);
        }
    }

    /**
     * A process of the server.
     *
     * @param pid its number
     * @param since when it has started, in seconds of the epoch as the server writes them
     */
    record Backend(int pid, String since) {}

    /** Runs work in auto-commit. If it fails, the connection is given up, unless a lock was not free. */
    <T extends @Nullable Object> T run(Work<T> work) throws SQLException {
        lock.lock();
        busySince = System.nanoTime();
        isBusy = true;
        try {
            return work.on(connection());
        } catch (SQLException e) {
            if (!SqlStates.isLockNotFree(e)) {
                discard();
            }
            throw e;
        } catch (RuntimeException | Error e) {
            discard();
            throw e;
        } finally {
            isBusy = false;
            try {
                if (isClosed) {
                    giveBack(); // close() did not wait for this work
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /** Returns how long the present work has been running; zero if there is none. */
    Duration busy() {
        return isBusy ? Duration.ofNanos(System.nanoTime() - busySince) : Duration.ZERO;
    }

    /** Returns the process that serves the connection; empty if there is no connection. */
    Optional<Backend> backend() {
        return Optional.ofNullable(open).map(Open::backend);
    }

    boolean isClosed() {
        return isClosed;
    }

    /**
     * Breaks the connection, so that work on it fails. Does not wait, because the end of a TLS connection may wait for a
     * write that hangs.
     */
    void abort() {
        Open current = open;
        if (current != null) {
            Thread thread = new Thread(() -> abort(current.connection()), "plinth-log-abort");
            thread.setDaemon(true);
            thread.start();
        }
    }

    /** Gives the connection back with its earlier settings, or breaks it if work is running. Nothing runs afterwards. */
    @Override
    public void close() {
        isClosed = true;
        if (lock.tryLock()) {
            try {
                giveBack();
            } finally {
                lock.unlock();
            }
        } else {
            abort();
        }
    }

    private Connection connection() throws SQLException {
        Open current = open;
        if (current == null) {
            if (isClosed) {
                throw new SQLException("The log is closed", CLOSED);
            }
            current = connectToPrimary();
            open = current;
            if (isClosed) { // close() may have come before there was a connection to break
                giveBack();
                throw new SQLException("The log is closed", CLOSED);
            }
        }
        return current.connection();
    }

    /** Connects. A source that knows several servers may give a wrong one first. */
    private Open connectToPrimary() throws SQLException {
        Optional<Open> connected = Optional.empty();
        String refusal = "";
        for (int i = 0; i < CONNECTS_MAX && connected.isEmpty(); i++) {
            Connection connection = take();
            try {
                SessionSettings.Earlier earlier = SessionSettings.begin(connection, checkMillis());
                Optional<String> refused = check.refusal(connection);
                if (refused.isEmpty()) {
                    earlier = settings.apply(connection, earlier);
                    refused = check.mismatch(connection);
                }
                if (refused.isPresent()) {
                    refusal = refused.get();
                    abort(connection);
                } else {
                    Backend backend = backendOf(connection);
                    connection.setNetworkTimeout(Runnable::run, timeoutMillis);
                    connected = Optional.of(new Open(connection, earlier, backend));
                }
            } catch (SQLException | RuntimeException | Error e) {
                abort(connection);
                throw e;
            }
        }
        String last = refusal;
        return connected.orElseThrow(() -> new RefusedServerException(last));
    }

    private int checkMillis() {
        return timeoutMillis == 0 ? CHECK_MILLIS_MAX : Math.min(timeoutMillis, CHECK_MILLIS_MAX);
    }

    /** Takes a connection from the source. A source of the host may throw anything. */
    private Connection take() throws SQLException {
        try {
            return source.getConnection();
        } catch (RuntimeException e) {
            throw new SQLException("The data source gave no connection: " + e, e);
        }
    }

    private static Backend backendOf(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select pid, extract(epoch from backend_start)::text from"
                        + " pg_stat_get_activity(pg_backend_pid()) as activity")) {
            rows.next();
            return new Backend(rows.getInt(1), rows.getString(2));
        }
    }

    private void discard() {
        Open current = open;
        open = null;
        if (current != null) {
            abort(current.connection());
        }
    }

    private void giveBack() {
        Open current = open;
        open = null;
        if (current == null) {
            return;
        }
        try {
            current.connection().setNetworkTimeout(Runnable::run, GIVE_BACK_MILLIS);
            if (!current.connection().getAutoCommit()) {
                current.connection().rollback();
                current.connection().setAutoCommit(true);
            }
            try (Statement statement = current.connection().createStatement()) {
                statement.execute("select pg_advisory_unlock_all()");
            }
            SessionSettings.restore(current.connection(), current.earlier());
            current.connection().close();
        } catch (SQLException | RuntimeException e) {
            abort(current.connection());
        }
    }

    /** Breaks a connection. A pool learns that it is of no use by the failure of a call, and not by the abort. */
    private static void abort(Connection connection) {
        try {
            connection.abort(Runnable::run);
            try (Statement failing = connection.createStatement()) {
                LOG.log(System.Logger.Level.DEBUG, "A broken connection gives out " + failing);
            } finally {
                connection.close();
            }
        } catch (SQLException | RuntimeException e) {
            LOG.log(System.Logger.Level.DEBUG, "Could not close a broken connection", e);
        }
    }
}
