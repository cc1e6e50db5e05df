package dev.plinth.engine.http.cluster;

import dev.plinth.engine.TestScale;
import dev.plinth.engine.log.postgres.server.Pair;
import dev.plinth.engine.log.postgres.server.Server;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Loses the primary of the database while 64 callers work, and lets it come back as it was. */
@Tag("portable")
@Timeout(value = 1, unit = TimeUnit.HOURS)
@Tag("scaled")
final class FailoverIT {
    private static final int RECONNECTIONS = TestScale.count(1, 5, 20);
    private static final String CUT_ALL = "select count(pg_terminate_backend(pid)) from pg_stat_activity where pid <>"
            + " pg_backend_pid() and usename = 'plinth' and backend_type = 'client backend'";

    @TempDir
    private Path home;

    @Test
    void primary_lostAndBackAsItWas_losesNothingAndIsNotTakenBack() throws Exception {
        Figures figures = new Figures("primary killed, standby promoted, earlier primary back");
        try (Pair servers = Pair.start();
                Cluster cluster = Cluster.start(home, servers)) {
            new FaultRun(cluster, figures, 2 + 2 * RECONNECTIONS).repeat(1, (load, random) -> {
                Server earlier = servers.failOver();
                servers.addStandby();
                long takesWrites = System.nanoTime();
                load.awaitNext(takesWrites);
                figures.add(takesWrites, load.ledger());
                earlier.start();
                try {
                    for (int i = 0; i < RECONNECTIONS; i++) {
                        long cut = System.nanoTime();
                        String unused = servers.query(CUT_ALL);
                        load.awaitNext(cut);
                        load.awaitAcknowledged(random.nextInt(50));
                        figures.add(cut, load.ledger());
                    }
                } finally {
                    earlier.crash();
                }
            });
        }
    }
}
