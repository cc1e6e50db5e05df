package dev.plinth.engine.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.Engine;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.NewEvent;
import dev.plinth.engine.api.NewResource;
import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.api.Problem;
import dev.plinth.engine.api.Resource;
import dev.plinth.engine.api.ResourceChange;
import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.log.postgres.server.Patience;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Checks what an inbox promises, on one database. */
@Timeout(300)
abstract class InboxContract {
    private static final AtomicInteger TABLES = new AtomicInteger();
    private static final int WRITERS = 4;
    private static final int ORDERS = 60;

    @TempDir
    private Path directory;

    private final String table = "inbox_" + TABLES.incrementAndGet();
    private final DataSource source = source();
    private final FailingSource failing = new FailingSource(source);
    private Engine engine = Engine.inMemory();
    private PlinthInbox inbox;
    private String workspace = "";

    /** Returns a source of connections to the database. */
    abstract DataSource source();

    @BeforeEach
    void open() throws SQLException {
        workspace = engine.admin().createWorkspace("shop", "business").call().id();
        inbox = PlinthInbox.of(engine, failing).table(table).createTables().open();
    }

    @AfterEach
    void close() {
        inbox.close();
        engine.close();
    }

    final DataSource plainSource() {
        return source;
    }

    final PlinthInbox inbox() {
        return inbox;
    }

    /** Opens an inbox on the same table over another source. */
    final PlinthInbox reopen(DataSource other) throws SQLException {
        return PlinthInbox.of(engine, other).table(table).open();
    }

    final String table() {
        return table;
    }

    final PlinthClient client() {
        return engine.workspace(workspace);
    }

    final Connection begin() throws SQLException {
        Connection connection = source.getConnection();
        connection.setAutoCommit(false);
        return connection;
    }

    final void awaitApplied() throws SQLException {
        Patience.until(() -> inbox.health().pending() == 0);
    }

    final List<String> names() {
        return client().resources().list().call().data().stream()
                .map(Resource::name)
                .toList();
    }

    /** Returns the orders that were paid, in the order of the engine. */
    final List<Integer> paid() {
        List<Integer> orders = new ArrayList<>(client().events().where("type", "order.paid").stream()
                .map(event -> ((Number) event.data().asMap().get("order")).intValue())
                .toList());
        Collections.reverse(orders);
        return orders;
    }

    /** Returns the problems of the rows that are refused or wait; an empty text for one that waits. */
    private List<String> problems() throws SQLException {
        return inbox.refused(0, 10).stream()
                .map(row -> row.problem().map(Problem::code).orElse(""))
                .toList();
    }

    private static NewEvent orderPaid(int order) {
        return NewEvent.of("order.paid", Json.of(Map.of("order", order)));
    }

    /** Inserts a row as a program without the helper does. */
    final void insert(Connection connection, String body) throws SQLException {
        String sql = "insert into " + table + " (workspace, body) values (?, " + jsonParameter() + ")";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, workspace);
            statement.setString(2, body);
            assertThat(statement.executeUpdate()).isOne();
        }
    }

    abstract String jsonParameter();

    private static String event(int order) {
        return "{\"operations\":[{\"method\":\"POST\",\"path\":\"/v1/events\",\"body\":{\"type\":\"order.paid\","
                + "\"data\":{\"order\":" + order + "}}}]}";
    }

    @Test
    void write_committed_happensAsOneUnitOfWork() throws SQLException {
        String order;
        try (Connection connection = begin();
                InboxTransaction plinth = inbox.in(connection)) {
            order = plinth.call(workspace, effects -> {
                String made = effects.create(NewResource.of("order"));
                effects.publish(orderPaid(1).about(made));
                return made;
            });
            connection.commit();
        }

        awaitApplied();
        assertThat(client().resources().get(order).call().name()).isEqualTo("order");
        assertThat(paid()).containsExactly(1);
        assertThat(inbox.appliedRows()).isOne();
        assertThat(inbox.health().isWell()).isTrue();
    }

    @Test
    void write_rolledBack_leavesNothing() throws SQLException {
        try (Connection connection = begin();
                InboxTransaction plinth = inbox.in(connection)) {
            plinth.write(workspace, effects -> effects.publish(orderPaid(1)));
            connection.rollback();
            plinth.write(workspace, effects -> effects.publish(orderPaid(2)));
            connection.commit();
        }

        awaitApplied();
        assertThat(paid()).containsExactly(2);
    }

    @Test
    void write_rolledBackToASavepoint_takesItsRowsAlong() throws SQLException {
        try (Connection connection = begin();
                InboxTransaction plinth = inbox.in(connection)) {
            plinth.write(workspace, effects -> effects.publish(orderPaid(1)));
            Savepoint savepoint = connection.setSavepoint();
            plinth.write(workspace, effects -> effects.publish(orderPaid(2)));
            connection.rollback(savepoint);
            plinth.write(workspace, effects -> effects.publish(orderPaid(3)));
            connection.commit();
        }

        awaitApplied();
        assertThat(paid()).containsExactly(1, 3);
    }

    @Test
    void write_codeThatThrowsOrRecordsNothing_writesNoRow() throws SQLException {
        try (Connection connection = begin();
                InboxTransaction plinth = inbox.in(connection)) {
            plinth.write(workspace, effects -> {});
            assertThatThrownBy(() -> plinth.write(workspace, effects -> {
                        effects.publish(orderPaid(1));
                        throw new IllegalArgumentException("no");
                    }))
                    .hasMessage("no");
            assertThatThrownBy(() ->
                            plinth.write(workspace, effects -> effects.create(NewResource.of("x".repeat(1_000)))))
                    .isInstanceOf(PlinthException.class);
            connection.commit();
        }

        awaitApplied();
        assertThat(paid()).isEmpty();
        assertThat(inbox.appliedRows()).isZero();
    }

    @Test
    void in_connectionWithoutAWritableTransaction_isRefusedWithTheNextStep() throws SQLException {
        Connection closed = source.getConnection();
        closed.close();
        assertThatThrownBy(() -> inbox.in(closed))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        try (Connection connection = source.getConnection()) {
            assertThatThrownBy(() -> inbox.in(connection))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("setAutoCommit(false)");
        }
    }

    @Test
    void write_connectionOfADatabaseWithoutTheTable_saysSo() throws SQLException {
        try (Connection connection = begin();
                Statement statement = connection.createStatement()) {
            statement.execute("drop table " + table);
            connection.commit();
            InboxTransaction plinth = inbox.in(connection);
            assertThatThrownBy(() -> plinth.write(workspace, effects -> effects.publish(orderPaid(1))))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("has no table " + table);
            connection.rollback();
        }
    }

    @Test
    void open_withoutTables_saysHowToCreateThem() {
        assertThatThrownBy(() -> PlinthInbox.of(engine, source)
                        .table("absent")
                        .name("other")
                        .open())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("has no table absent")
                .hasMessageContaining("Database.ddl");
    }

    @Test
    void write_committedAfterHigherNumbers_isNotLost() throws SQLException {
        try (Connection late = begin()) {
            insert(late, event(1));
            for (int i = 2; i <= 40; i++) {
                try (Connection connection = begin();
                        InboxTransaction plinth = inbox.in(connection)) {
                    int order = i;
                    plinth.write(workspace, effects -> effects.publish(orderPaid(order)));
                    connection.commit();
                }
            }
            Patience.until(() -> inbox.appliedRows() == 39);
            late.commit();
        }

        awaitApplied();
        assertThat(paid()).hasSize(40).contains(1);
    }

    @Test
    void insert_byAProgramWithoutTheHelper_isApplied() throws SQLException {
        try (Connection connection = source.getConnection()) {
            insert(connection, event(1));
            insert(connection, event(2));
        }

        Patience.until(() -> inbox.appliedRows() == 2);
        assertThat(paid()).containsExactly(1, 2);
    }

    @Test
    void apply_refusedRow_isKeptWithItsProblemAndHoldsUpItsOwnResourceAlone() throws SQLException {
        String order =
                client().resources().create(NewResource.of("order")).call().id();
        try (Connection connection = begin();
                InboxTransaction plinth = inbox.in(connection)) {
            plinth.write(workspace, effects -> effects.delete(order));
            plinth.write(workspace, effects -> effects.patch(order, ResourceChange.NONE.withName("later")));
            plinth.write(workspace, effects -> effects.publish(orderPaid(1)));
            connection.commit();
        }
        Patience.until(() -> inbox.health().refused() == 2);
        awaitApplied();

        List<RefusedRow> refused = inbox.refused(0, 10);
        assertThat(refused).hasSize(2);
        assertThat(refused.get(0).problem().orElseThrow().code()).isEqualTo("invalid_transition");
        assertThat(refused.get(0).workspaceId()).isEqualTo(workspace);
        assertThat(refused.get(1).problem()).isEmpty();
        assertThat(refused.get(1).resources()).containsExactly(order);
        assertThat(paid()).containsExactly(1);
        assertThat(names()).containsExactly("order");

        client().resources().archive(order).call();
        assertThat(inbox.resend(refused.get(0).number())).isTrue();
        // The deletion happens now, and so the change behind it is refused.
        Patience.until(() -> problems().equals(List.of("not_found")));
        awaitApplied();
        RefusedRow last = inbox.refused(0, 10).get(0);
        assertThat(last.number()).isEqualTo(refused.get(1).number());
        assertThat(inbox.drop(last.number())).isTrue();
        assertThat(inbox.drop(last.number())).isFalse();
        assertThat(inbox.health().isWell()).isTrue();
    }

    @Test
    void drop_refusedRow_freesTheRowsThatWaitBehindIt() throws SQLException {
        String order =
                client().resources().create(NewResource.of("order")).call().id();
        try (Connection connection = begin();
                InboxTransaction plinth = inbox.in(connection)) {
            plinth.write(workspace, effects -> effects.delete(order));
            plinth.write(workspace, effects -> effects.patch(order, ResourceChange.NONE.withName("later")));
            plinth.write(workspace, effects -> effects.patch(order, ResourceChange.NONE.withName("last")));
            connection.commit();
        }
        Patience.until(() -> inbox.health().refused() == 3);

        assertThat(inbox.drop(inbox.refused(0, 1).get(0).number())).isTrue();

        Patience.until(() -> names().equals(List.of("last")));
        awaitApplied();
        assertThat(inbox.health().isWell()).isTrue();
    }

    @Test
    void apply_deletionCutBeforeItsCommit_happensOnce() throws SQLException {
        failing.loseBefore(3);
        try (Connection connection = begin();
                InboxTransaction plinth = inbox.in(connection)) {
            plinth.write(workspace, effects -> effects.publish(orderPaid(1)));
            connection.commit();
        }

        awaitApplied();
        assertThat(failing.lost()).isEqualTo(3);
        assertThat(paid()).containsExactly(1);
    }

    @Test
    void apply_answerToTheDeletionLost_happensOnceAndGoesOn() throws SQLException {
        failing.loseAfter(2);
        for (int i = 1; i <= 3; i++) {
            try (Connection connection = begin();
                    InboxTransaction plinth = inbox.in(connection)) {
                int order = i;
                plinth.write(workspace, effects -> effects.publish(orderPaid(order)));
                connection.commit();
            }
            awaitApplied();
        }

        Patience.until(() -> failing.lost() == 2);
        assertThat(paid()).containsExactly(1, 2, 3);
    }

    @Test
    void apply_engineEndsBeforeTheDeletion_theNextOneDoesNotRepeatTheRow() throws SQLException {
        inbox.close();
        engine.close();
        engine = Engine.open(directory.resolve("engine"));
        workspace = engine.admin().createWorkspace("shop", "business").call().id();
        failing.loseBefore(Integer.MAX_VALUE);
        inbox = PlinthInbox.of(engine, failing).table(table).open();
        try (Connection connection = begin();
                InboxTransaction plinth = inbox.in(connection)) {
            plinth.write(workspace, effects -> effects.publish(orderPaid(1)));
            connection.commit();
        }
        Patience.until(() -> inbox.health().failure().isPresent());
        assertThat(failing.lost()).isPositive();
        assertThat(inbox.health().pending()).isOne();
        assertThat(inbox.health().failure().orElseThrow()).contains("cut before the commit");
        assertThat(paid()).containsExactly(1);
        inbox.close();
        engine.close();

        engine = Engine.open(directory.resolve("engine"));
        failing.loseBefore(0);
        inbox = PlinthInbox.of(engine, failing).table(table).open();

        awaitApplied();
        assertThat(paid()).containsExactly(1);
    }

    @Test
    void write_byManyAtOnceWithCuts_eachCommittedOrderHappensOnce() throws Exception {
        ExecutorService writers = Executors.newFixedThreadPool(WRITERS);
        List<Future<List<Integer>>> running = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            int first = i * ORDERS;
            running.add(writers.submit((Callable<List<Integer>>) () -> writeOrders(first)));
        }
        List<Integer> committed = new ArrayList<>();
        for (Future<List<Integer>> each : running) {
            committed.addAll(each.get());
        }
        writers.shutdown();

        awaitApplied();
        assertThat(committed).isNotEmpty();
        assertThat(paid()).containsExactlyInAnyOrderElementsOf(committed);
    }

    private List<Integer> writeOrders(int first) throws SQLException {
        Random random = new Random(first);
        List<Integer> committed = new ArrayList<>();
        for (int i = first; i < first + ORDERS; i++) {
            int order = i;
            if (order % 20 == 0) {
                failing.loseBefore(1);
            }
            try (Connection connection = begin();
                    InboxTransaction plinth = inbox.in(connection)) {
                plinth.write(workspace, effects -> effects.publish(orderPaid(order)));
                if (random.nextInt(4) == 0) {
                    connection.rollback();
                } else {
                    connection.commit();
                    committed.add(order);
                }
            }
        }
        return committed;
    }
}
