package dev.plinth.engine.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.Patience;
import dev.plinth.engine.internal.base.FatalErrors;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.resource.Content;
import dev.plinth.engine.internal.store.tool.LogCopies;
import dev.plinth.engine.log.Node;
import dev.plinth.engine.log.SharedLog;
import dev.plinth.engine.log.SnapshotStore;
import dev.plinth.engine.settings.ManualClock;
import dev.plinth.engine.settings.Tables;
import dev.plinth.engine.testkit.SharedMemoryLog;
import java.io.ByteArrayInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests the snapshots that nodes write of a shared log, and nodes that begin from one. */
@Timeout(120)
class LogSnapshotsTest {
    private static final Node A = new Node("a");
    private static final Node B = new Node("b");
    private static final long SELDOM = Long.MAX_VALUE;

    private final SharedMemoryLog log = new SharedMemoryLog();
    private final List<NodeStore> nodes = new ArrayList<>();

    @AfterEach
    void close() {
        nodes.forEach(NodeStore::close);
    }

    @Test
    void node_thatStartsBehindATruncatedLog_beginsWithTheNewestSnapshot() throws IOException {
        NodeStore leader = node(log, SELDOM);
        Store store = leader.reign(A).orElseThrow();
        put(store, 0, 100);
        leader.snapshot();
        put(store, 50, 150);
        leader.snapshot();
        long last = put(store, 140, 200);

        assertThat(log.snapshots().positions()).containsExactly(200L, 100L);
        assertThat(log.follow(0, 1 << 20).get(0).last())
                .as("the log begins behind the older one")
                .isGreaterThan(100);
        NodeStore other = caughtUp(log, last);
        assertThat(other.stateHash()).isEqualTo(store.stateHash());
    }

    @Test
    void node_withADamagedNewestSnapshot_beginsWithTheOlderOne() throws IOException {
        NodeStore leader = node(log, SELDOM);
        Store store = leader.reign(A).orElseThrow();
        put(store, 0, 100);
        leader.snapshot();
        put(store, 50, 150);
        leader.snapshot();
        long last = put(store, 140, 200);
        damage(200);

        assertThat(caughtUp(log, last).stateHash()).isEqualTo(store.stateHash());

        damage(100);
        NodeStore lost = node(log, SELDOM);
        assertThatThrownBy(() -> {
                    while (lost.sequence() < last) {
                        lost.follow();
                    }
                })
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is damaged at byte");
    }

    @Test
    void node_withADamagedSnapshotOfAWholeLog_beginsWithTheLog() throws IOException {
        NodeStore leader = node(log, SELDOM);
        Store store = leader.reign(A).orElseThrow();
        put(store, 0, 100);
        leader.snapshot();
        long last = put(store, 90, 150);
        damage(100);

        NodeStore other = caughtUp(log, last);
        assertThat(other.stateHash()).isEqualTo(store.stateHash());
        store.close();
        leader.followOn();
        assertThat(other.reign(B)).isPresent();
    }

    @Test
    void follower_whosePositionWasTruncatedAway_goesOnFromASnapshot() throws IOException {
        NodeStore leader = node(log, SELDOM);
        Store store = leader.reign(A).orElseThrow();
        long early = put(store, 0, 10);
        NodeStore lagging = caughtUp(log, early);
        for (int i = 0; i < 10; i++) {
            store.await(TestRows.remove(store, i)); // rows that the lagging node still has
        }
        put(store, 20, 100);
        leader.snapshot();
        put(store, 50, 150);
        leader.snapshot();
        long last = put(store, 140, 200);

        catchUp(lagging, last);
        assertThat(lagging.stateHash()).isEqualTo(store.stateHash());

        store.close();
        leader.followOn();
        Store next = lagging.reign(B).orElseThrow();
        long more = put(next, 300, 310);
        catchUp(leader, more);
        assertThat(leader.stateHash()).isEqualTo(next.stateHash());
    }

    @Test
    void snapshot_ofALeaderThatWritesMeanwhile_hasTheSameRowsBehindTheLog() throws IOException {
        copiedBesideAThousandRecords(true);
    }

    @Test
    void snapshot_ofAFollowerThatAppliesMeanwhile_hasTheSameRowsBehindTheLog() throws IOException {
        copiedBesideAThousandRecords(false);
    }

    private void copiedBesideAThousandRecords(boolean byLeader) throws IOException {
        Changing between = new Changing(log.snapshots());
        NodeStore leader = node(with(log, between), SELDOM);
        Store store = leader.reign(A).orElseThrow();
        long begun = put(store, 0, 5_000);
        NodeStore writer = byLeader ? leader : caughtUp(with(log, between), begun);
        between.meanwhile = () -> {
            for (int i = 0; i < 1_000; i++) {
                long unused = i % 3 == 0 ? TestRows.remove(store, i * 5) : TestRows.put(store, i * 7 % 6_000, -i);
            }
            store.await(store.lastSequence());
            if (!byLeader) {
                catchUp(writer, store.lastSequence());
            }
        };
        writer.snapshot();
        assertThat(between.ran).isTrue();
        assertThat(log.snapshots().positions()).containsExactly(begun);

        long last = put(store, 0, 10);
        NodeStore other = caughtUp(log, last);
        assertThat(other.stateHash()).isEqualTo(store.stateHash());
    }

    @Test
    void snapshot_thatBeginsInTheMiddleOfABatch_canBeReadOnBehind() throws IOException {
        Changing between = new Changing(log.snapshots());
        NodeStore leader = node(with(log, between), SELDOM);
        Store store = leader.reign(A).orElseThrow();
        put(store, 0, 5_000);
        log.hold();
        long unused = TestRows.put(store, 1, -1) + TestRows.put(store, 2, -2);
        between.meanwhile = () -> {
            long last = TestRows.put(store, 3, -3); // in one batch with the one before it
            log.letGo();
            store.await(last);
        };

        leader.snapshot();

        long last = put(store, 10, 20);
        assertThat(caughtUp(log, last).stateHash()).isEqualTo(store.stateHash());
    }

    @Test
    void snapshot_killedInTheMiddle_leavesNothingAndTheLogStaysWhole() throws IOException {
        Changing failing = new Changing(log.snapshots());
        NodeStore leader = node(with(log, failing), SELDOM);
        Store store = leader.reign(A).orElseThrow();
        put(store, 0, 5_000);
        failing.meanwhile = () -> {
            throw new IOException("the process was killed");
        };

        assertThatThrownBy(leader::snapshot).hasMessageContaining("the process was killed");

        assertThat(log.snapshots().positions()).isEmpty();
        assertThat(log.follow(0, 1 << 20).get(0).first()).isEqualTo(1);
        failing.meanwhile = () -> {};
        leader.snapshot();
        assertThat(log.snapshots().positions()).hasSize(1);
        assertThat(log.follow(0, 1 << 20).get(0).first())
                .as("with one snapshot the log stays")
                .isEqualTo(1);
    }

    @Test
    void close_whileASnapshotIsWritten_breaksItOff() throws IOException {
        Store store = node(log, SELDOM).reign(A).orElseThrow();
        put(store, 0, 5_000);
        Changing between = new Changing(log.snapshots());
        NodeStore follower = node(with(log, between), 1_000);
        CompletableFuture<Void> followed = new CompletableFuture<>();
        CompletableFuture<Void> closed = new CompletableFuture<>();
        List<Long> before = new ArrayList<>();
        between.meanwhile = () -> {
            followed.join();
            before.addAll(log.snapshots().positions());
            Thread closer = new Thread(() -> {
                follower.close();
                closed.complete(null);
            });
            closer.start();
            Patience.until(() -> closer.getState() == Thread.State.WAITING); // for this thread
        };
        catchUp(follower, store.committed());
        followed.complete(null);

        closed.orTimeout(60, TimeUnit.SECONDS).join();
        assertThat(log.snapshots().positions()).isEqualTo(before);
    }

    @Test
    void snapshot_behindADamagedOne_pushesThatOutAndNoWholeOne() throws IOException {
        NodeStore leader = node(log, SELDOM);
        Store store = leader.reign(A).orElseThrow();
        put(store, 0, 100);
        leader.snapshot();
        put(store, 50, 150);
        leader.snapshot();
        long last = put(store, 140, 200);
        damage(200);

        caughtUp(log, last).snapshot();

        assertThat(log.snapshots().positions()).containsExactly(last, 100L);
        assertThat(log.follow(100, 1 << 20).get(0).first()).isEqualTo(101);
        damage(last);
        assertThat(caughtUp(log, last).stateHash()).isEqualTo(store.stateHash());
    }

    @Test
    void snapshot_whoseOlderOneCannotBeReadNow_deletesNothing() throws IOException {
        NodeStore leader = node(log, SELDOM);
        Store store = leader.reign(A).orElseThrow();
        put(store, 0, 100);
        leader.snapshot();
        long last = put(store, 50, 150);
        NodeStore node = caughtUp(with(log, new Away(log.snapshots())), last);

        assertThatThrownBy(node::snapshot).hasMessageContaining("the connection broke");

        assertThat(log.snapshots().positions()).containsExactly(last, 100L);
    }

    @Test
    void snapshot_withRowsThatWereUndone_isNotWritten() throws IOException {
        Changing between = new Changing(log.snapshots());
        NodeStore leader = node(with(log, between), SELDOM);
        Store store = leader.reign(A).orElseThrow();
        put(store, 0, 5_000);
        NodeStore other = node(log, SELDOM);
        between.meanwhile = () -> {
            log.hold();
            long unused = TestRows.put(store, 9_000, 1);
            log.expireLease();
            assertThat(other.reign(B)).isPresent();
            log.letGo();
        };

        assertThatThrownBy(leader::snapshot).isNotNull();

        assertThat(between.ran).isTrue();
        assertThat(log.snapshots().positions()).isEmpty();
        leader.followOn();
        assertThat(leader.sequence()).isEqualTo(5_000);
    }

    @Test
    void snapshot_ofAFollowerThatBeginsToLead_isNotWritten() throws IOException {
        NodeStore leader = node(log, SELDOM);
        Store store = leader.reign(A).orElseThrow();
        long last = put(store, 0, 5_000);
        Changing between = new Changing(log.snapshots());
        NodeStore follower = node(with(log, between), SELDOM);
        catchUp(follower, last);
        between.meanwhile = () -> {
            log.expireLease();
            assertThat(follower.reign(B)).isPresent();
        };

        assertThatThrownBy(follower::snapshot).hasMessageContaining("began to lead meanwhile");
        assertThat(log.snapshots().positions()).isEmpty();
    }

    @Test
    void reign_overALogThatEndsBeforeTheCopyOfItsRowsDoes_doesNotBegin() throws IOException {
        Changing between = new Changing(log.snapshots());
        NodeStore leader = node(with(log, between), SELDOM);
        Store store = leader.reign(A).orElseThrow();
        long start = put(store, 0, 5_000);
        between.meanwhile = () -> store.await(TestRows.put(store, 1, -1));
        leader.snapshot();
        store.close();
        leader.followOn();
        SharedLog cut = (SharedLog) Proxy.newProxyInstance(
                SharedLog.class.getClassLoader(),
                new Class<?>[] {SharedLog.class},
                (proxy, method, arguments) ->
                        method.getName().equals("read") ? List.of() : call(log, method, arguments));

        NodeStore node = node(cut, SELDOM);
        assertThatThrownBy(() -> node.reign(B))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Expected a log up to record " + (start + 1))
                .hasMessageContaining("it ends at record " + start);
        assertThat(node(log, SELDOM).reign(B)).as("the reign was given back").isPresent();
    }

    @Test
    void nodes_ofALogThatGrows_keepTwoSnapshotsAndALittleOfTheLog() throws IOException {
        NodeStore leader = node(log, 20_000);
        List<NodeStore> followers = List.of(node(log, 20_000), node(log, 20_000));
        Store store = leader.reign(A).orElseThrow();
        long last = 0;
        for (int i = 0; i < 3_000; i++) {
            last = TestRows.put(store, i % 100, i);
            if (i % 50 == 0) {
                store.await(last);
                for (NodeStore each : followers) {
                    catchUp(each, last);
                }
            }
        }
        store.await(last);
        Patience.until(() -> snapshots().size() == 2);
        Patience.until(() -> first() > 1);

        assertThat(caughtUp(log, last).stateHash()).isEqualTo(store.stateHash());
    }

    @Test
    void verify_ofALogWhoseLeaderIsAboutToNameTheEndOfASnapshot_findsNoDamage() throws IOException {
        Changing between = new Changing(log.snapshots());
        NodeStore leader = node(with(log, between), SELDOM);
        Store store = leader.reign(A).orElseThrow();
        put(store, 0, 5_000);
        between.meanwhile = () -> store.await(TestRows.put(store, 1, -1));
        leader.snapshot();
        assertThat(between.ran).isTrue();

        assertThat(LogCopies.verify(silentFor(3), tables()).lines()).last().isEqualTo("whole: all records up to 5001");
        assertThat(LogCopies.verify(silentFor(Integer.MAX_VALUE), tables())
                        .lines()
                        .toString())
                .contains("needs the log up to record 5001, which ends at record 5000");
    }

    private static List<TableName<?>> tables() {
        return TestRows.settings(Tables.HEAP).tables();
    }

    /** Returns the log as a node sees it before the leader has named its last records, for so many looks. */
    private SharedLog silentFor(int looks) {
        AtomicInteger left = new AtomicInteger(looks);
        return (SharedLog) Proxy.newProxyInstance(
                SharedLog.class.getClassLoader(),
                new Class<?>[] {SharedLog.class},
                (proxy, method, arguments) -> method.getName().equals("follow") && left.getAndDecrement() > 0
                        ? List.of()
                        : call(log, method, arguments));
    }

    private List<Long> snapshots() {
        try {
            return log.snapshots().positions();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private long first() {
        try {
            return log.follow(0, 1 << 20).get(0).first();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void damage(long position) throws IOException {
        byte[] bytes;
        try (InputStream in = log.snapshots().open(position)) {
            bytes = in.readAllBytes();
        }
        bytes[bytes.length / 2] ^= 1;
        log.snapshots().write(position, out -> out.write(bytes));
    }

    /** Puts rows and waits for the last of them. */
    private static long put(Store store, int from, int to) {
        long last = 0;
        for (int i = from; i < to; i++) {
            last = TestRows.put(store, i, i);
        }
        store.await(last);
        return last;
    }

    private NodeStore caughtUp(SharedLog of, long sequence) throws IOException {
        NodeStore node = node(of, SELDOM);
        catchUp(node, sequence);
        return node;
    }

    private static void catchUp(NodeStore node, long sequence) throws IOException {
        while (node.sequence() < sequence) {
            boolean unused = node.follow();
        }
    }

    private NodeStore node(SharedLog of, long bytesPerSnapshot) {
        NodeStore node = new NodeStore(
                TestRows.settings(Tables.HEAP),
                of,
                ManualClock.startingAt(Instant.parse("2026-01-01T00:00:00Z")),
                new FatalErrors(),
                bytesPerSnapshot);
        nodes.add(node);
        return node;
    }

    private static SharedLog with(SharedLog log, SnapshotStore snapshots) {
        return (SharedLog) Proxy.newProxyInstance(
                SharedLog.class.getClassLoader(),
                new Class<?>[] {SharedLog.class},
                (proxy, method, arguments) ->
                        method.getName().equals("snapshots") ? snapshots : call(log, method, arguments));
    }

    private static Object call(SharedLog log, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(log, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    /** Snapshots whose store goes away while any of them is read. */
    private record Away(SnapshotStore snapshots) implements SnapshotStore {
        @Override
        public List<Long> positions() throws IOException {
            return snapshots.positions();
        }

        @Override
        public InputStream open(long position) throws IOException {
            byte[] begin;
            try (InputStream in = snapshots.open(position)) {
                begin = in.readNBytes(20);
            }
            return new SequenceInputStream(new ByteArrayInputStream(begin), new InputStream() {
                @Override
                public int read() throws IOException {
                    throw new IOException("the connection broke");
                }
            });
        }

        @Override
        public void write(long position, Content content) throws IOException {
            snapshots.write(position, content);
        }

        @Override
        public void delete(long position) throws IOException {
            snapshots.delete(position);
        }
    }

    /** Snapshots during whose writing something happens, once, after a part of the rows. */
    private static final class Changing implements SnapshotStore {
        private static final int PART_BYTES = 100_000;

        private final SnapshotStore snapshots;
        private Step meanwhile = () -> {};
        private boolean ran;

        Changing(SnapshotStore snapshots) {
            this.snapshots = snapshots;
        }

        @Override
        public List<Long> positions() throws IOException {
            return snapshots.positions();
        }

        @Override
        public InputStream open(long position) throws IOException {
            return snapshots.open(position);
        }

        @Override
        public void write(long position, Content content) throws IOException {
            snapshots.write(
                    position,
                    out -> content.writeTo(new FilterOutputStream(out) {
                        private long written;

                        @Override
                        public void write(byte[] bytes, int offset, int length) throws IOException {
                            out.write(bytes, offset, length);
                            written += length;
                            if (written > PART_BYTES && !ran) {
                                ran = true;
                                meanwhile.run();
                            }
                        }
                    }));
        }

        @Override
        public void delete(long position) throws IOException {
            snapshots.delete(position);
        }
    }

    /** Happens in the middle of a copy. */
    @FunctionalInterface
    private interface Step {
        void run() throws IOException;
    }
}
