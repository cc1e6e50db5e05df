package dev.plinth.engine.jdbc;

import dev.plinth.engine.Engine;
import dev.plinth.engine.api.Effects;
import dev.plinth.engine.inbox.InboxRecorder;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Writes rows of an inbox in a transaction of the host. Each call of {@link #write} or {@link #call} inserts one row at
 * once, so a savepoint that is rolled back takes its rows along. Used by the thread that uses the connection.
 */
public final class InboxTransaction implements AutoCloseable {
    private final Engine engine;
    private final Connection connection;
    private final InboxTables tables;
    private final Consumer<List<Long>> wake;
    private final List<Long> numbers = new ArrayList<>();

    InboxTransaction(Engine engine, Connection connection, InboxTables tables, Consumer<List<Long>> wake) {
        this.engine = engine;
        this.connection = connection;
        this.tables = tables;
        this.wake = wake;
    }

    /** Refuses a connection in whose transaction no row can be written. */
    void check() throws SQLException {
        if (connection.isClosed()) {
            throw new IllegalStateException(
                    "The connection is closed, so nothing can be written in its transaction. Give an open one.");
        }
        if (connection.getAutoCommit()) {
            throw new IllegalStateException(
                    "The connection is in autocommit mode, so the row would be committed without"
                            + " the rest of the work. Call setAutoCommit(false) before the first statement.");
        }
        if (connection.isReadOnly()) {
            throw new IllegalStateException(
                    "The connection is read-only, so no row can be written. Use one that may write.");
        }
    }

    /**
     * Writes one row with the effects of some code. The engine applies them as one unit of work if the transaction commits.
     * If the code throws or records nothing, no row is written.
     *
     * @param workspaceId the workspace in which the code acts, {@code ws_…}
     * @param code records effects; each is checked at once as far as that needs no row of the engine
     * @throws IllegalStateException if the connection is closed, read-only or in autocommit mode, or its database has no
     *     inbox
     */
    public void write(String workspaceId, Consumer<? super Effects> code) throws SQLException {
        Objects.requireNonNull(code, "code must not be null.");
        boolean unused = call(workspaceId, effects -> {
            code.accept(effects);
            return true;
        });
    }

    /** Does the same as {@link #write}, and returns the result of the code, such as the id of a new resource. */
    public <T extends @Nullable Object> T call(String workspaceId, Function<? super Effects, ? extends T> code)
            throws SQLException {
        Objects.requireNonNull(workspaceId, "workspaceId must not be null.");
        Objects.requireNonNull(code, "code must not be null.");
        check();
        InboxRecorder recorder = engine.inboxRecorder();
        T result = code.apply(recorder.effects());
        if (!recorder.isEmpty()) {
            numbers.add(insert(workspaceId, recorder));
        }
        return result;
    }

    private long insert(String workspaceId, InboxRecorder recorder) throws SQLException {
        try {
            return tables.insert(connection, workspaceId, recorder.end());
        } catch (SQLException e) {
            if (InboxTables.saysAbsent(e)) {
                throw tables.absent(connection, e);
            }
            throw e;
        }
    }

    /** Has the rows applied at once if the transaction has been committed. Does not touch the connection. */
    @Override
    public void close() {
        if (!numbers.isEmpty()) {
            wake.accept(List.copyOf(numbers));
            numbers.clear();
        }
    }
}
