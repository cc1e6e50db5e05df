package dev.plinth.engine.jdbc;

import java.io.PrintWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Logger;
import javax.sql.DataSource;

/** A source whose connections lose a commit before or after the database has it, as a cut network does. Thread-safe. */
final class FailingSource implements DataSource {
    private final DataSource source;
    private final AtomicInteger lostBefore = new AtomicInteger();
    private final AtomicInteger lostAfter = new AtomicInteger();
    private final AtomicInteger lost = new AtomicInteger();

    FailingSource(DataSource source) {
        this.source = source;
    }

    /** Loses so many commits before the database has them. */
    void loseBefore(int commits) {
        lostBefore.set(commits);
    }

    /** Loses so many answers to commits. */
    void loseAfter(int commits) {
        lostAfter.set(commits);
    }

    /** Returns how many commits were lost. */
    int lost() {
        return lost.get();
    }

    @Override
    public Connection getConnection() throws SQLException {
        Connection connection = source.getConnection();
        return (Connection) Proxy.newProxyInstance(
                FailingSource.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("commit")) {
                        return commit(connection);
                    }
                    return invoke(connection, method, arguments);
                });
    }

    private Object commit(Connection connection) throws SQLException {
        if (lostBefore.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            lost.incrementAndGet();
            connection.close();
            throw new SQLException("The connection was cut before the commit");
        }
        connection.commit();
        if (lostAfter.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            lost.incrementAndGet();
            connection.close();
            throw new SQLException("The connection was cut after the commit");
        }
        return null;
    }

    private static Object invoke(Connection connection, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(connection, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        return getConnection();
    }

    @Override
    public PrintWriter getLogWriter() {
        return null;
    }

    @Override
    public void setLogWriter(PrintWriter out) {
        throw new UnsupportedOperationException("no log");
    }

    @Override
    public void setLoginTimeout(int seconds) {
        throw new UnsupportedOperationException("no timeout");
    }

    @Override
    public int getLoginTimeout() {
        return 0;
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException("no logger");
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        return source.unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return source.isWrapperFor(type);
    }
}
