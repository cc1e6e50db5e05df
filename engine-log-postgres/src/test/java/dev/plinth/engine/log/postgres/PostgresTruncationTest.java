package dev.plinth.engine.log.postgres;

import static dev.plinth.engine.log.postgres.LogBatches.batch;
import static dev.plinth.engine.log.postgres.LogBatches.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.log.Fate;
import dev.plinth.engine.log.Node;
import dev.plinth.engine.log.Reign;
import dev.plinth.engine.log.postgres.server.Pair;
import dev.plinth.engine.log.postgres.server.Patience;
import java.io.IOException;
import java.io.InputStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Tests that the tables of batches and snapshots are filled and emptied in turn, and what a reader sees of it. */
@Tag("portable")
final class PostgresTruncationTest {
    private static final Node NODE = new Node("first");
    private static final int FRAME_BYTES = 8_000;
    private static final long TABLE_BYTES = 100_000;
    private static final int PART_BYTES = 1024 * 1024;
    private static final int ROUNDS = 20;
    private static final String WAITING = "select count(*) from pg_stat_activity where wait_event_type = 'Lock'";

    private final Pair servers = Pair.shared();
    private final String name = UUID.randomUUID().toString();
    private final PostgresLog log = open();
    private Reign reign = log.reign(NODE).orElseThrow();
    private long appended;

    PostgresTruncationTest() throws IOException {}

    @AfterEach
    void close() {
        log.close();
    }

    @Test
    void tables_ofALogThatIsTruncated_areUsedInTurnAndEmptied() throws IOException {
        append(40);
        assertThat(tables()).containsExactly(true, true, true);
        long position = appended;
        snapshots(position);

        log.truncate(position);

        assertThat(tables()).containsExactly(false, false, true);
        assertThat(read(log, reign)).isEmpty();
        append(10);
        assertThat(tables()).containsExactly(true, false, true);
        assertThat(read(log, reign)).isEqualTo(positions(position + 1, appended));
        log.resign(reign);
        reign = log.reign(NODE).orElseThrow();
        append(5);
        assertThat(read(log, reign)).isEqualTo(positions(position + 1, appended));
    }

    @Test
    void truncate_overAConnectionThatEndedWhileItWasIdle_takesANewOne() throws IOException {
        append(40);
        snapshots(appended);
        assertThat(read(log, reign)).isEqualTo(positions(1, appended));
        servers.query("select count(pg_terminate_backend(pid)) from pg_stat_activity where pid <> pg_backend_pid() and"
                + " usename = 'plinth' and backend_type = 'client backend'");

        log.truncate(appended);

        assertThat(tables()).containsExactly(false, false, true);
    }

    @Test
    void tables_withABatchBehindThePosition_stay() throws IOException {
        append(40);
        long position = appended - 1;
        snapshots(position);
        log.truncate(2);
        assertThat(tables()).containsExactly(true, true, true);
        assertThat(read(log, reign)).isEqualTo(positions(3, appended));

        log.truncate(position);

        assertThat(read(log, reign)).containsExactly(appended);
    }

    @Test
    void truncations_atOnce_doNotMoveTheMarkBack() throws SQLException {
        BatchTables tables = new BatchTables(new Cell(log.cell(), name, log.id()), new StandbyGuard(false));
        try (Connection later = servers.primary().source().getConnection();
                Connection earlier = servers.primary().source().getConnection();
                Connection holder = servers.primary().source().getConnection();
                Statement hold = holder.createStatement()) {
            holder.setAutoCommit(false);
            for (long position = 2; position <= 2 * ROUNDS; position += 2) {
                hold.execute("alter sequence plinth_truncated_" + log.cell() + " owned by none"); // setval waits for it
                CompletableFuture<Void> first = truncate(tables, later, position);
                Patience.until(() -> servers.query(WAITING).equals("1"));
                CompletableFuture<Void> second = truncate(tables, earlier, position - 1);
                Patience.until(() -> servers.query(WAITING).equals("2"));

                holder.rollback(); // lets both go on, in any order
                CompletableFuture.allOf(first, second)
                        .orTimeout(60, TimeUnit.SECONDS)
                        .join();

                assertThat(tables.truncated(later)).isEqualTo(position);
            }
        }
    }

    private static CompletableFuture<Void> truncate(BatchTables tables, Connection connection, long position) {
        Runnable truncation = () -> {
            try {
                tables.truncate(connection, position);
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        };
        // Both of them wait, and a pool may have a single thread.
        return CompletableFuture.runAsync(truncation, task -> new Thread(task, "truncation").start());
    }

    @Test
    void tables_thatATransactionLooksAt_areEmptiedLater() throws IOException, SQLException {
        append(40);
        snapshots(appended);
        try (Connection dump = servers.primary().source().getConnection();
                Statement statement = dump.createStatement()) {
            dump.setAutoCommit(false);
            statement.execute("lock table plinth_log_" + log.cell() + "_0 in access share mode");

            log.truncate(appended);

            assertThat(tables()).containsExactly(true, false, true);
            append(40);
            assertThat(read(log, reign)).isEqualTo(positions(41, appended));
        }
        log.truncate(40);
        assertThat(tables()[0]).isFalse();
    }

    @Test
    void snapshot_whoseWriterIsKilled_isNeverShown() throws IOException {
        byte[] part = new byte[PART_BYTES];
        log.snapshots().write(1, out -> out.write(part));

        assertThatThrownBy(() -> log.snapshots().write(2, out -> {
                    out.write(part);
                    out.write(part);
                    assertThat(log.snapshots().positions()).containsExactly(1L);
                    servers.query("select pg_terminate_backend(pid) from pg_stat_activity where state = 'idle in"
                            + " transaction' and query like 'insert into plinth_part%'");
                    out.write(part);
                }))
                .isInstanceOf(IOException.class);

        assertThat(log.snapshots().positions()).containsExactly(1L);
        log.snapshots().write(2, out -> out.write(new byte[] {2}));
        try (InputStream in = log.snapshots().open(2)) {
            assertThat(in.readAllBytes()).containsExactly(2);
        }
    }

    @Test
    void snapshot_ofSeveralParts_isReadAsWritten() throws IOException {
        byte[] content = new byte[3 * PART_BYTES + 17];
        for (int i = 0; i < content.length; i++) {
            content[i] = (byte) (i * 31 + i / PART_BYTES);
        }
        log.snapshots().write(1, out -> {
            out.write(content, 0, 5);
            out.write(content[5]);
            out.write(content, 6, content.length - 6);
        });

        try (InputStream in = log.snapshots().open(1)) {
            assertThat(in.readAllBytes()).isEqualTo(content);
        }
        assertThat(servers.query("select count(*) from " + parts())).isEqualTo("4");
    }

    @Test
    void snapshot_withADamagedOrMissingPart_isRefused() throws IOException {
        log.snapshots().write(1, out -> out.write(new byte[3 * PART_BYTES]));
        servers.execute("update " + parts() + " set bytes = set_byte(bytes, 7, 1) where part = 1");
        refusesPart();
        servers.execute("delete from " + parts() + " where part = 1");
        refusesPart();
    }

    @Test
    void snapshot_whenAllTablesAreInUse_isRefused() throws IOException {
        for (long position = 1; position <= Cell.SNAPSHOT_TABLES; position++) {
            log.snapshots().write(position, out -> out.write(1));
        }
        assertThatThrownBy(() -> log.snapshots().write(9, out -> out.write(1)))
                .hasMessageContaining("All 4 tables of snapshots of cell " + name + " are in use; delete a snapshot");
        log.snapshots().delete(1);
        log.snapshots().write(9, out -> out.write(1));
        assertThat(log.snapshots().positions()).containsExactly(9L, 4L, 3L, 2L);
    }

    private void refusesPart() throws IOException {
        try (InputStream in = log.snapshots().open(1)) {
            assertThatThrownBy(in::readAllBytes)
                    .isInstanceOf(IOException.class)
                    .hasMessage("Expected part 1 of the snapshot at position 1 as it was written, but it is missing or"
                            + " damaged");
        }
    }

    private String parts() {
        return "plinth_part_" + log.cell() + "_0";
    }

    private void snapshots(long position) throws IOException {
        log.snapshots().write(position, out -> out.write(1));
        log.snapshots().write(position + 1, out -> out.write(1));
    }

    private void append(int count) {
        for (int i = 0; i < count; i++) {
            appended++;
            assertThat(log.append(reign, batch(reign, appended, FRAME_BYTES))).isEqualTo(Fate.DURABLE);
        }
    }

    /** Returns for each table of batches whether it has any. */
    private boolean[] tables() {
        boolean[] filled = new boolean[Cell.LOG_TABLES];
        for (int i = 0; i < filled.length; i++) {
            filled[i] = !servers.query("select count(*) from plinth_log_" + log.cell() + "_" + i)
                    .equals("0");
        }
        return filled;
    }

    private static List<Long> positions(long first, long last) {
        return LongStream.rangeClosed(first, last).boxed().toList();
    }

    private PostgresLog open() {
        return PostgresLog.of(servers.primary().source())
                .tableBytes(TABLE_BYTES)
                .cell(name);
    }
}
