package dev.plinth.engine.jdbc;

import dev.plinth.engine.Engine;
import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.inbox.InboxResult;
import dev.plinth.engine.inbox.InboxRow;
import dev.plinth.engine.inbox.InboxSession;
import dev.plinth.engine.inbox.RowName;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;

/**
 * The thread that has the engine apply the rows of an inbox. Each failure ends its session; the next one begins with
 * what the engine remembers. Thread-safe.
 */
final class InboxReader implements Runnable {
    private static final System.Logger LOG = System.getLogger(InboxReader.class.getName());
    private static final long RELOAD_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long BACKOFF_MILLIS_MIN = 100;
    private static final long BACKOFF_MILLIS_MAX = 10_000;
    private static final long CLOSE_MILLIS = 30_000;
    private static final String NOT_LEADER = "not_leader";

    private final Engine engine;
    private final DataSource source;
    private final InboxTables tables;
    private final Bell bell = new Bell();
    private final Listener listener;
    private final Thread thread;
    private volatile boolean open = true;
    private volatile boolean stale;
    private final AtomicLong applied = new AtomicLong();
    private volatile Optional<String> failure = Optional.empty();
    private long backoffMillis = BACKOFF_MILLIS_MIN;

    InboxReader(Engine engine, DataSource source, InboxTables tables) {
        this.engine = engine;
        this.source = source;
        this.tables = tables;
        this.listener = new Listener(source, tables, bell);
        thread = new Thread(this, "plinth-inbox-" + tables.inbox());
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
        listener.start();
    }

    /** Looks at once, first for rows with these numbers. */
    void wake(List<Long> numbers) {
        bell.ring(numbers);
    }

    /** Reads again which rows are refused, and looks for all rows. */
    void reload() {
        stale = true;
        bell.ring(List.of());
    }

    long applied() {
        return applied.get();
    }

    Optional<String> failure() {
        return failure;
    }

    /** Ends the thread, after what it is doing. */
    void close() {
        open = false;
        listener.close();
        bell.ring(List.of());
        try {
            thread.join(CLOSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void run() {
        while (open) {
            try (Connection connection = source.getConnection();
                    InboxSession session = engine.inbox(tables.inbox())) {
                connection.setAutoCommit(true);
                follow(connection, session);
            } catch (PlinthException refused) {
                failure = refused.code().equals(NOT_LEADER)
                        ? Optional.empty()
                        : Optional.of(refused.problem().detail());
                rest();
            } catch (SQLException | RuntimeException e) {
                tell(e);
                rest();
            }
        }
    }

    private void tell(Exception e) {
        String now = String.valueOf(e.getMessage());
        if (open && !failure.equals(Optional.of(now))) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "Inbox " + tables.inbox() + " cannot go on, and tries again: " + now,
                    e);
        }
        failure = Optional.of(now);
    }

    private void rest() {
        Bell.Ring unused = bell.await(backoffMillis);
        backoffMillis = Math.min(BACKOFF_MILLIS_MAX, 2 * backoffMillis);
    }

    private void follow(Connection connection, InboxSession session) throws SQLException {
        finish(connection, session);
        Looks looks = new Looks(tables, listener::isListening);
        HeldResources held = new HeldResources(tables);
        long loadedAt = load(connection, looks, held);
        List<Long> woken = List.of();
        while (open) {
            boolean isOld = !held.ids().isEmpty() && System.nanoTime() - loadedAt > RELOAD_NANOS;
            if (stale || isOld) {
                loadedAt = load(connection, looks, held);
            }
            List<InboxRow> rows = looks.next(connection, woken);
            woken = List.of();
            failure = Optional.empty();
            backoffMillis = BACKOFF_MILLIS_MIN;
            if (!rows.isEmpty()) {
                apply(connection, session, rows, held.ids());
                continue;
            }
            Bell.Ring ring = bell.await(looks.waitMillis(connection));
            woken = ring.numbers();
            if (ring.rung()) {
                looks.wakeUp(connection);
            }
        }
        looks.wakeUp(connection);
    }

    /** Reads which rows are refused. They are read again when they have changed, and from time to time. */
    private long load(Connection connection, Looks looks, HeldResources held) throws SQLException {
        stale = false;
        held.load(connection);
        looks.restart();
        return System.nanoTime();
    }

    /** Deletes what was applied before this session. */
    private void finish(Connection connection, InboxSession session) throws SQLException {
        List<RowName> remembered = session.remembered();
        if (!remembered.isEmpty()) {
            boolean unused = Transactions.on(connection, same -> {
                tables.delete(same, remembered);
                return true;
            });
            session.forget();
        }
    }

    private void apply(Connection connection, InboxSession session, List<InboxRow> rows, Set<String> held)
            throws SQLException {
        List<InboxResult> results = session.apply(rows, held);
        List<RowName> done = new ArrayList<>();
        boolean unused = Transactions.on(connection, same -> {
            for (int i = 0; i < results.size(); i++) {
                RowName name = rows.get(i).name();
                if (results.get(i).hasHappened()) {
                    done.add(name);
                } else {
                    tables.setAside(same, name, results.get(i));
                }
            }
            tables.delete(same, done);
            return true;
        });
        session.forget();
        long unusedCount = applied.addAndGet(done.size());
    }
}
