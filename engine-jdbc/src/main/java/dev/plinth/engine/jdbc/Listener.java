package dev.plinth.engine.jdbc;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import javax.sql.DataSource;

/**
 * The thread that waits for notifications of PostgreSQL, on a connection of its own. Without PostgreSQL's driver there
 * is none, and the reader asks twice a second. Thread-safe.
 */
final class Listener implements Runnable {
    private static final System.Logger LOG = System.getLogger(Listener.class.getName());
    private static final int WAIT_MILLIS = 10_000;
    private static final long BACKOFF_MILLIS = 1_000;
    private static final String DRIVER = "org.postgresql.PGConnection";

    private final DataSource source;
    private final InboxTables tables;
    private final Bell bell;
    private final Bell end = new Bell();
    private final Thread thread;
    private volatile boolean open = true;
    private volatile boolean listening;
    private volatile boolean told;

    Listener(DataSource source, InboxTables tables, Bell bell) {
        this.source = source;
        this.tables = tables;
        this.bell = bell;
        thread = new Thread(this, "plinth-inbox-listen-" + tables.inbox());
        thread.setDaemon(true);
    }

    void start() {
        if (tables.database() == Database.POSTGRES) {
            thread.start();
        }
    }

    boolean isListening() {
        return listening;
    }

    void close() {
        open = false;
        end.ring(List.of());
    }

    @Override
    public void run() {
        while (open) {
            try (Connection connection = source.getConnection()) {
                connection.setAutoCommit(true);
                listen(connection);
            } catch (SQLException | ReflectiveOperationException | RuntimeException e) {
                if (open && !told) {
                    told = true;
                    LOG.log(
                            System.Logger.Level.INFO,
                            "Inbox " + tables.inbox() + " hears no notifications, and asks twice a second: "
                                    + e.getMessage(),
                            e);
                }
            } finally {
                listening = false;
            }
            Bell.Ring unused = end.await(open ? BACKOFF_MILLIS : 0);
        }
    }

    /** Waits by the driver's own method, which is found by its name because the driver is the host's. */
    private void listen(Connection connection) throws SQLException, ReflectiveOperationException {
        Connection own = connection.unwrap(Connection.class);
        Class<?> driver = Class.forName(DRIVER, false, own.getClass().getClassLoader());
        Object session = connection.unwrap(driver);
        Method notifications = driver.getMethod("getNotifications", int.class);
        try (Statement statement = connection.createStatement()) {
            boolean unused = statement.execute("listen " + tables.table());
        }
        listening = true;
        while (open) {
            Object[] heard = (Object[]) invoke(notifications, session);
            if (heard != null && heard.length > 0) {
                bell.ring(List.of());
            }
        }
    }

    private static Object invoke(Method method, Object target) throws SQLException, ReflectiveOperationException {
        try {
            return method.invoke(target, WAIT_MILLIS);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof SQLException failed) {
                throw failed;
            }
            throw e;
        }
    }
}
