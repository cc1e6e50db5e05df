package dev.plinth.engine.log.postgres;

import static dev.plinth.engine.log.postgres.LogBatches.batch;
import static dev.plinth.engine.log.postgres.LogBatches.read;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.log.Fate;
import dev.plinth.engine.log.Node;
import dev.plinth.engine.log.Reign;
import dev.plinth.engine.log.postgres.server.Pair;
import dev.plinth.engine.log.postgres.server.Patience;
import dev.plinth.engine.log.postgres.server.Server;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** Tests the log while the database itself fails over, with a pair of servers of its own. */
@Tag("portable")
final class PostgresFailoverTest {
    private static final int APPENDS = 50;
    private static final int RECONNECTIONS = 4;
    private static final Node NODE = new Node("first");

    @Test
    void primary_lost_isReplacedByItsStandbyAndNotTakenBack() throws IOException {
        try (Pair servers = Pair.start()) {
            try (PostgresLog log = PostgresLog.of(sourceOfBoth(servers))
                    .lease(Duration.ofMinutes(1))
                    .cell("orders")) {
                Reign reign = log.reign(NODE).orElseThrow();
                for (long position = 1; position <= APPENDS; position++) {
                    assertThat(log.append(reign, batch(reign, position))).isEqualTo(Fate.DURABLE);
                }

                Server earlier = servers.failOver();
                assertThat(log.append(reign, batch(reign, APPENDS + 1))).isEqualTo(Fate.UNKNOWN);
                CompletableFuture<Fate> fate = CompletableFuture.supplyAsync(() -> log.resolve(reign, APPENDS + 1));
                Patience.until(() -> !servers.query("select pid from pg_stat_activity where wait_event = 'SyncRep'")
                        .isEmpty());
                servers.addStandby();
                assertThat(fate.join()).isEqualTo(Fate.DURABLE);
                assertThat(read(log, reign)).hasSize(APPENDS + 1).doesNotHaveDuplicates();

                earlier.start();
                for (int i = 2; i <= RECONNECTIONS; i++) {
                    servers.query("select count(pg_terminate_backend(pid)) from pg_stat_activity where pid <>"
                            + " pg_backend_pid() and usename = 'plinth' and backend_type = 'client backend'");
                    assertThat(durable(log, reign, APPENDS + i)).isEqualTo(Fate.DURABLE);
                    Patience.until(() -> log.confirm(reign));
                }
                assertThat(servers.query("select max(first) from plinth_log_0_0"))
                        .isEqualTo(String.valueOf(APPENDS + RECONNECTIONS));
                earlier.crash();
            }
        }
    }

    private static Fate durable(PostgresLog log, Reign reign, long position) {
        Fate fate = log.append(reign, batch(reign, position));
        return fate == Fate.UNKNOWN ? log.resolve(reign, position) : fate;
    }

    private static PGSimpleDataSource sourceOfBoth(Pair servers) {
        PGSimpleDataSource both = servers.primary().source();
        both.setServerNames(new String[] {"127.0.0.1", "127.0.0.1"});
        both.setPortNumbers(
                new int[] {servers.primary().port(), servers.standby().port()});
        both.setTargetServerType("primary");
        both.setLoadBalanceHosts(true);
        both.setHostRecheckSeconds(0);
        return both;
    }
}
