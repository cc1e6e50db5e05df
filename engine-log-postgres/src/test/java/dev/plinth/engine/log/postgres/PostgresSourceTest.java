package dev.plinth.engine.log.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.plinth.engine.log.Fate;
import dev.plinth.engine.log.Node;
import dev.plinth.engine.log.Reign;
import dev.plinth.engine.log.postgres.server.Pair;
import dev.plinth.engine.log.postgres.server.Patience;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests what a log makes of a data source of the host that fails in its own ways, or answers late. */
@Timeout(600)
final class PostgresSourceTest {
    private static final Node ME = new Node("a");

    private final Pair servers = Pair.shared();
    private final String name = UUID.randomUUID().toString();
    private final HikariDataSource pool;
    private volatile Source source;

    PostgresSourceTest() {
        HikariConfig config = new HikariConfig();
        config.setDataSource(servers.primary().source());
        pool = new HikariDataSource(config);
        source = pool::getConnection;
    }

    @AfterEach
    void close() {
        pool.close();
    }

    @Test
    void reign_overASourceThatThrowsUnchecked_failsAsOverADatabaseThatIsAway() throws IOException {
        try (PostgresLog log = PostgresLog.of(source()).cell(name)) {
            source = () -> {
                throw new IllegalStateException("the host's pool is tired");
            };

            assertThatThrownBy(() -> log.reign(ME))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("the host's pool is tired");

            source = pool::getConnection;
            assertThat(log.reign(ME)).isPresent();
        }
    }

    @Test
    void close_whileAConnectionIsTaken_givesItBack() throws InterruptedException {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch given = new CountDownLatch(1);
        PostgresLog log = PostgresLog.of(source()).cell(name);
        source = () -> {
            asked.countDown();
            await(given);
            return pool.getConnection();
        };
        CompletableFuture<Void> asking = CompletableFuture.runAsync(() -> ask(log));
        asked.await();

        log.close();

        given.countDown();
        Patience.until(asking::isDone);
        assertThat(pool.getHikariPoolMXBean().getActiveConnections()).isZero();
    }

    @Test
    void connection_ofAppends_isLimitedUntilItIsChecked() throws IOException {
        List<Integer> limits = new CopyOnWriteArrayList<>();
        // With a long lease nothing is asked beside the takeover, however slow that is.
        try (PostgresLog log =
                PostgresLog.of(source()).lease(Duration.ofMinutes(5)).cell(name)) {
            source = () -> recording(pool.getConnection(), limits);

            assertThat(log.reign(ME)).isPresent();

            assertThat(limits).containsExactly(10_000, 0);
        }
    }

    @Test
    void close_besideAConnectionThatHangsAtItsEnd_doesNotWait() throws IOException, InterruptedException {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        PostgresLog log = PostgresLog.of(source()).cell(name);
        source = () -> hangingAtItsEnd(pool.getConnection(), asked, ended);
        Reign reign = log.reign(ME).orElseThrow();
        servers.standby().stop();
        try {
            CompletableFuture<Fate> append =
                    CompletableFuture.supplyAsync(() -> log.append(reign, LogBatches.batch(reign, 1)));
            Patience.until(() -> !servers.query("select pid from pg_stat_activity where wait_event = 'SyncRep'")
                    .isEmpty());

            log.close();

            asked.await();
            assertThat(append).isNotDone();
            ended.countDown();
            assertThat(append.join()).isEqualTo(Fate.UNKNOWN);
        } finally {
            ended.countDown();
            servers.standby().start();
        }
    }

    /** Returns a connection whose abort takes until a latch is open. */
    private static Connection hangingAtItsEnd(Connection connection, CountDownLatch asked, CountDownLatch ended) {
        return (Connection) Proxy.newProxyInstance(
                Connection.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("abort")) {
                        asked.countDown();
                        await(ended);
                    }
                    return method.invoke(connection, arguments);
                });
    }

    /** Returns a connection that tells its network timeouts. */
    private static Connection recording(Connection connection, List<Integer> limits) {
        return (Connection) Proxy.newProxyInstance(
                Connection.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("setNetworkTimeout")) {
                        limits.add((Integer) arguments[1]);
                    }
                    return method.invoke(connection, arguments);
                });
    }

    private static void ask(PostgresLog log) {
        try {
            assertThat(log.leader()).isEmpty();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Gives connections as the test wants it at the moment. */
    @FunctionalInterface
    private interface Source {
        Connection get() throws SQLException;
    }

    private DataSource source() {
        return (DataSource) Proxy.newProxyInstance(
                DataSource.class.getClassLoader(), new Class<?>[] {DataSource.class}, (proxy, method, arguments) -> {
                    if (!method.getName().equals("getConnection")) {
                        throw new UnsupportedOperationException(method.getName());
                    }
                    return source.get();
                });
    }
}
