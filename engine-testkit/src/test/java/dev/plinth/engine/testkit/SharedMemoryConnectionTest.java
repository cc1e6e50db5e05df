package dev.plinth.engine.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.log.Batch;
import dev.plinth.engine.log.Fate;
import dev.plinth.engine.log.Leader;
import dev.plinth.engine.log.Node;
import dev.plinth.engine.log.Reign;
import dev.plinth.engine.testkit.SharedMemoryConnection.Link;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Tests the ways in which a node of a log in memory is cut off or frozen. */
class SharedMemoryConnectionTest {
    private static final Node ONE = new Node("one");
    private static final Node OTHER = new Node("other");
    private static final int BYTES_MAX = 1_000;
    private static final byte[] FRAME = {1};

    private final SharedMemoryLog log = new SharedMemoryLog();
    private final SharedMemoryConnection connection = log.connect();
    private final SharedMemoryConnection other = log.connect();

    @Test
    void cut_ofTheLeader_losesItsRequestsAndLeavesTheLogToTheOthers() throws IOException {
        Reign reign = connection.reign(ONE).orElseThrow();
        assertThat(connection.append(reign, batch(reign, 1))).isEqualTo(Fate.DURABLE);
        connection.link(Link.CUT);

        assertThat(connection.append(reign, batch(reign, 2))).isEqualTo(Fate.UNKNOWN);
        assertThat(connection.resolve(reign, 2)).isEqualTo(Fate.UNKNOWN);
        assertThat(connection.beat(reign, 1)).isTrue();
        assertThat(connection.confirm(reign)).isFalse();
        connection.resign(reign);
        assertEachThrows(
                "The log is not reachable",
                () -> connection.reign(ONE),
                () -> connection.read(reign, 0, BYTES_MAX),
                () -> connection.follow(0, BYTES_MAX),
                connection::leader,
                () -> connection.truncate(1),
                () -> connection.snapshots().positions(),
                () -> connection.snapshots().open(1),
                () -> connection.snapshots().write(1, out -> out.write(1)),
                () -> connection.snapshots().delete(1));

        assertThat(other.leader()).contains(new Leader(ONE, reign.epoch()));
        assertThat(other.reign(OTHER)).isEmpty();
        assertThat(other.follow(0, BYTES_MAX)).isEmpty();
        assertThat(other.snapshots().positions()).isEmpty();
        log.expireLease();
        Reign later = other.reign(OTHER).orElseThrow();
        assertThat(other.read(later, 0, BYTES_MAX)).containsExactly(batch(reign, 1));

        connection.link(Link.UP);
        assertThat(connection.append(reign, batch(reign, 2))).isEqualTo(Fate.FENCED);
        assertThat(connection.beat(reign, 1)).isFalse();
    }

    @Test
    void cutBack_ofTheLeader_losesAnswersToRequestsThatTookEffect() throws IOException {
        Reign reign = connection.reign(ONE).orElseThrow();
        connection.link(Link.CUT_BACK);

        assertThat(connection.append(reign, batch(reign, 1))).isEqualTo(Fate.UNKNOWN);
        assertThat(connection.beat(reign, 1)).isTrue();
        assertThat(connection.confirm(reign)).isFalse();
        assertThat(other.follow(0, BYTES_MAX)).containsExactly(batch(reign, 1));

        assertEachThrows(
                "The log has not answered",
                () -> connection.reign(ONE),
                () -> connection.snapshots().write(1, out -> out.write(1)));
        assertThat(log.confirm(reign)).isFalse();
        assertThat(other.leader().map(Leader::node)).contains(ONE);
        assertThat(other.snapshots().positions()).containsExactly(1L);
    }

    @Test
    void frozen_leader_learnsOfTheTakeoverOnceItIsLetGo() throws IOException {
        Reign reign = connection.reign(ONE).orElseThrow();
        connection.link(Link.FROZEN);
        CompletableFuture<Fate> append = CompletableFuture.supplyAsync(() -> connection.append(reign, batch(reign, 1)));
        CompletableFuture<Boolean> confirm = CompletableFuture.supplyAsync(() -> connection.confirm(reign));
        await(2);
        log.expireLease();
        Reign later = other.reign(OTHER).orElseThrow();
        assertThat(append).isNotDone();
        assertThat(confirm).isNotDone();

        connection.link(Link.UP);

        assertThat(append.join()).isEqualTo(Fate.FENCED);
        assertThat(confirm.join()).isFalse();
        assertThat(connection.waiting()).isZero();
        assertThat(other.read(later, 0, BYTES_MAX)).isEmpty();
    }

    @Test
    void frozenBack_leader_hasAppendedBeforeItIsLetGo() throws IOException {
        Reign reign = connection.reign(ONE).orElseThrow();
        connection.link(Link.FROZEN_BACK);
        CompletableFuture<Fate> append = CompletableFuture.supplyAsync(() -> connection.append(reign, batch(reign, 1)));
        await(1);
        log.expireLease();
        Reign later = other.reign(OTHER).orElseThrow();
        assertThat(other.read(later, 0, BYTES_MAX)).containsExactly(batch(reign, 1));
        assertThat(append).isNotDone();

        connection.link(Link.UP);

        assertThat(append.join()).isEqualTo(Fate.DURABLE);
    }

    @Test
    void frozenCalls_whoseNodeIsCut_endAsOverACutConnection() throws IOException {
        Reign reign = connection.reign(ONE).orElseThrow();
        for (Link frozen : List.of(Link.FROZEN, Link.FROZEN_BACK)) {
            connection.link(frozen);
            CompletableFuture<Boolean> confirm = CompletableFuture.supplyAsync(() -> connection.confirm(reign));
            await(1);

            connection.link(Link.CUT);

            assertThat(confirm.join()).isFalse();
        }
    }

    @Test
    void close_whileACallWaits_endsItAndAllLaterOnes() throws IOException {
        Reign reign = connection.reign(ONE).orElseThrow();
        connection.link(Link.FROZEN);
        CompletableFuture<Fate> append = CompletableFuture.supplyAsync(() -> connection.append(reign, batch(reign, 1)));
        await(1);

        connection.close();

        assertThat(append.join()).isEqualTo(Fate.UNKNOWN);
        connection.link(Link.UP);
        assertEachThrows("The log is not reachable", connection::leader);
        assertThat(other.leader()).isEqualTo(Optional.of(new Leader(ONE, reign.epoch())));
    }

    private static void assertEachThrows(String message, ThrowingCallable... calls) {
        for (ThrowingCallable call : calls) {
            assertThatThrownBy(call).isInstanceOf(IOException.class).hasMessage(message);
        }
    }

    private void await(int calls) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (connection.waiting() < calls && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        assertThat(connection.waiting()).isEqualTo(calls);
    }

    private static Batch batch(Reign reign, long position) {
        return new Batch(position, position, reign.epoch(), 0, 0, FRAME);
    }
}
