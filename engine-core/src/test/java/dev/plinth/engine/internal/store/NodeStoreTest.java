package dev.plinth.engine.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.Patience;
import dev.plinth.engine.TestScale;
import dev.plinth.engine.internal.base.FatalErrors;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.Record;
import dev.plinth.engine.internal.base.rows.RowIndex;
import dev.plinth.engine.internal.base.rows.RowReader;
import dev.plinth.engine.internal.base.rows.StoreSettings;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.store.log.LogBatches;
import dev.plinth.engine.internal.store.log.RecordCodec;
import dev.plinth.engine.log.Batch;
import dev.plinth.engine.log.Fate;
import dev.plinth.engine.log.Node;
import dev.plinth.engine.log.Reign;
import dev.plinth.engine.log.SharedLog;
import dev.plinth.engine.settings.ManualClock;
import dev.plinth.engine.settings.Tables;
import dev.plinth.engine.testkit.SharedMemoryLog;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Tests the rows of a node of a shared log, while it follows, leads, and follows on. */
@Tag("scaled")
class NodeStoreTest {
    private static final Node A = new Node("a");
    private static final Node B = new Node("b");

    private final SharedMemoryLog log = new SharedMemoryLog();
    private final NodeStore leader = JournalFault.node(log);
    private final NodeStore follower = JournalFault.node(log);
    private final long seed = TestScale.seed();

    @AfterEach
    void close() {
        leader.close();
        follower.close();
    }

    @Test
    void follow_withoutRoomForARow_stopsSaysSoAndNeverLeads() throws IOException {
        try (NodeStore small = node(new StoreSettings(Tables.CHRONICLE, List.of(TestRows.TABLE), 1))) {
            stopsAt(small, 20_000, "and does not lead. ", "Expected room for a row");
        }
    }

    @Test
    void follow_aRecordThatItsProgramCannotApply_stopsSaysSoAndNeverLeads() throws IOException {
        RowIndex<byte[]> broken = new RowIndex<>(row -> row, (key, row, sets) -> {
            throw new IllegalArgumentException("no such form");
        });
        try (NodeStore older = node(heap(101, broken))) {
            stopsAt(older, 10, "Expected records of the log that this program can apply, but got ", "no such form");
        }
    }

    @Test
    void follow_aTableOfANewerRelease_stopsAndNamesTheRelease() throws IOException {
        try (NodeStore older = node(heap(102, new RowIndex<>(row -> row, (key, row, sets) -> {})))) {
            stopsAt(older, 10, "and does not lead. ", "open the store with the release that wrote it");
        }
    }

    @Test
    void follow_aRowOfANewerRelease_stopsAndNamesTheRelease() throws IOException {
        RowIndex<RowReader> older = new RowIndex<>(row -> new RowReader(row, 0), (key, row, sets) -> {});
        try (NodeStore node = node(heap(101, older))) {
            stopsAt(node, 10, "and does not lead. ", "the newer release that wrote it");
        }
    }

    private static StoreSettings heap(int number, RowIndex<?> index) {
        return new StoreSettings(
                Tables.HEAP, List.of(TableName.of(number, "parcels", 16, 40, 1, TableName.Owner.KEY, index)), 100_000);
    }

    private NodeStore node(StoreSettings settings) {
        return new NodeStore(
                settings,
                log,
                ManualClock.startingAt(Instant.parse("2026-01-01T00:00:00Z")),
                new FatalErrors(),
                NodeStore.BYTES_PER_SNAPSHOT);
    }

    private void stopsAt(NodeStore unable, int rows, String sentence, String cause) throws IOException {
        Store store = leader.reign(A).orElseThrow();
        long last = 0;
        for (int i = 0; i < rows; i++) {
            last = TestRows.put(store, i, i);
        }
        store.await(last);
        store.close();
        log.expireLease(1);

        for (int times = 0; times < 2; times++) {
            assertThatThrownBy(() -> {
                        while (unable.sequence() < rows) {
                            unable.follow();
                        }
                    })
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(sentence)
                    .hasMessageContaining(cause)
                    .hasMessageContaining("This node stays behind record " + unable.sequence())
                    .hasMessageNotContaining("Give it more memory");
        }
        assertThatThrownBy(() -> unable.reign(B)).hasMessageContaining(sentence).hasMessageContaining(cause);
    }

    @Test
    void follow_aLeaderWithManyWrites_hasTheSameRows() throws IOException {
        Random random = new Random(seed);
        Store store = leader.reign(A).orElseThrow();
        long last = 0;
        for (int i = 0; i < TestScale.count(20_000); i++) {
            last = random.nextInt(4) == 0
                    ? TestRows.remove(store, random.nextInt(50))
                    : TestRows.put(store, random.nextInt(50), i);
        }
        store.await(last);
        byte[] rows = store.stateHash();
        store.close();

        catchUp(last);
        assertThat(follower.stateHash()).as(TestScale.repeatWith(seed)).isEqualTo(rows);
        assertThat(follower.stale()).isZero();
        assertThat(follower.epoch()).isEqualTo(1);
    }

    @Test
    void reign_ofBothNodesInTurn_goesOnFromTheSameRowsWithoutReadingAgain() throws IOException {
        long last = 0;
        for (int i = 0; i < 20; i++) {
            NodeStore next = i % 2 == 0 ? leader : follower;
            Store store = next.reign(i % 2 == 0 ? A : B).orElseThrow();
            assertThat(store.lastSequence()).isEqualTo(last);
            last = TestRows.put(store, i, i);
            store.await(last);
            store.close();
            next.followOn();
        }
        leader.follow();
        assertThat(leader.sequence()).isEqualTo(last);
        assertThat(leader.stateHash()).isEqualTo(follower.stateHash());
    }

    @Test
    void followOn_afterAFenceWithRecordsInFlight_undoesThemAndFollowsTheNextLeader() throws IOException {
        Store first = leader.reign(A).orElseThrow();
        first.await(TestRows.put(first, 1, 1));
        log.hold();
        long lost = TestRows.put(first, 2, 2);
        Store second = takeOver();
        log.letGo();

        assertThatThrownBy(() -> first.await(lost))
                .satisfies(e -> assertThat(code(e)).isEqualTo(ProblemCode.NOT_LEADER));
        leader.followOn();
        long next = TestRows.put(second, 3, 3);
        second.await(next);
        second.close();
        while (leader.sequence() < next) {
            leader.follow();
        }
        assertThat(leader.stateHash()).isEqualTo(second.stateHash());
    }

    @Test
    void followOn_afterAnUnknownRecordThatIsInTheLog_takesItFromTheLog() throws IOException {
        Store first = leader.reign(A).orElseThrow();
        log.resolve(false);
        log.failAppend(1, SharedMemoryLog.AppendFault.UNKNOWN_AND_APPLIED);
        long unknown = TestRows.put(first, 1, 1);
        assertThatThrownBy(() -> first.await(unknown))
                .satisfies(e -> assertThat(code(e)).isEqualTo(ProblemCode.OUTCOME_UNKNOWN));
        leader.followOn();
        assertThat(leader.sequence()).isZero();

        Store again = leader.reign(A).orElseThrow();
        assertThat(again.lastSequence()).isEqualTo(unknown);
        assertThat(again.epoch()).isEqualTo(2);
    }

    @Test
    void store_ofAReignThatHasEnded_readsAndWritesNothing() throws IOException {
        Store first = leader.reign(A).orElseThrow();
        first.await(TestRows.put(first, 1, 1));
        Store second = takeOver();

        assertThatThrownBy(() -> first.await(TestRows.put(first, 2, 2))) // its own beat may have told it already
                .satisfies(e -> assertThat(code(e)).isEqualTo(ProblemCode.NOT_LEADER));
        assertThatThrownBy(() -> TestRows.put(first, 3, 3))
                .satisfies(e -> assertThat(code(e)).isEqualTo(ProblemCode.NOT_LEADER));
        assertThatThrownBy(() -> first.readToAct(rows -> rows.get(TestRows.TABLE, TestRows.key(1))))
                .satisfies(e -> assertThat(code(e)).isEqualTo(ProblemCode.NOT_LEADER));
        assertThatThrownBy(() -> first.answers().await(0))
                .satisfies(e -> assertThat(code(e)).isEqualTo(ProblemCode.NOT_LEADER));
        assertThat(second.lastSequence()).isEqualTo(1);
    }

    @Test
    void awaitAnswerable_onALeaderThatDoesNotKnowOfTheNextOne_isRefusedAndEndsTheReign() throws IOException {
        Store first = leader.reign(A).orElseThrow();
        first.answers().await(0);
        assertThat(takeOver().isWritable()).isTrue();

        assertThatThrownBy(() -> first.answers().await(0))
                .satisfies(e -> assertThat(code(e)).isEqualTo(ProblemCode.NOT_LEADER));
        Patience.until(first::hasEnded);
    }

    @Test
    void follow_aBatchThatNoLeaderHasNamedDurable_doesNotApplyIt() throws IOException {
        Reign reign = log.reign(A).orElseThrow();
        byte[] first = record(0, reign.epoch(), 1, 0);
        byte[] second = record(0, reign.epoch(), 2, RecordCodec.crc(first));
        assertThat(log.append(reign, batch(reign, 1, first))).isEqualTo(Fate.DURABLE);
        assertThat(log.append(reign, batch(reign, 2, second))).isEqualTo(Fate.DURABLE);

        assertThat(follower.follow()).isTrue();
        assertThat(follower.follow()).isFalse();
        assertThat(follower.sequence()).isEqualTo(1);

        assertThat(log.beat(reign, 2)).isTrue();
        assertThat(follower.follow()).isTrue();
        assertThat(follower.sequence()).isEqualTo(2);
    }

    @Test
    void follow_aLogThatHasLostRecords_makesTheRowsAnew() throws IOException {
        loseHalfOfTheLog();
        leader.endReign();
        try (NodeStore other = JournalFault.node(log)) {
            log.expireLease();
            Store next = other.reign(new Node("c")).orElseThrow();
            long last = write(next, 100, 110);

            while (follower.sequence() != last) {
                boolean unused = follower.follow();
            }
            assertThat(follower.stateHash()).isEqualTo(next.stateHash());
        }
    }

    @Test
    void requireInLog_ofALogThatHasLostRecords_makesTheRowsAnewBeforeAnotherOneComes() throws IOException {
        loseHalfOfTheLog();

        follower.requireInLog();
        assertThat(follower.sequence()).isZero();
        catchUp(5);
        byte[] rows = follower.stateHash();
        follower.requireInLog();
        assertThat(follower.sequence()).as("they are not made again").isEqualTo(5);
        assertThat(follower.stateHash()).isEqualTo(rows);
    }

    @Test
    void reign_overALogThatHasLostRecords_leavesNoGapInIt() throws IOException {
        loseHalfOfTheLog();
        leader.endReign();
        log.expireLease();
        Store next = follower.reign(B).orElseThrow();
        assertThat(next.lastSequence()).isEqualTo(5);
        long last = write(next, 100, 103);

        try (NodeStore other = JournalFault.node(log)) {
            while (other.sequence() < last) {
                boolean unused = other.follow();
            }
            assertThat(other.stateHash()).isEqualTo(next.stateHash());
        }
    }

    @Test
    void write_toALogThatHasLostRecords_endsTheReign() throws IOException {
        Store store = loseHalfOfTheLog();

        assertThatThrownBy(() -> store.await(TestRows.put(store, 100, 1)))
                .satisfies(e -> assertThat(code(e)).isEqualTo(ProblemCode.NOT_LEADER));
        leader.followOn();
        Store again = leader.reign(A).orElseThrow();
        assertThat(again.lastSequence()).isEqualTo(5);
    }

    /** Lets both nodes have ten records, of which the log loses five. */
    private Store loseHalfOfTheLog() throws IOException {
        Store store = leader.reign(A).orElseThrow();
        long last = write(store, 0, 10);
        catchUp(last);
        log.lose(5);
        return store;
    }

    private static long write(Store store, int from, int to) {
        long last = 0;
        for (int i = from; i < to; i++) {
            last = TestRows.put(store, i, i);
            store.await(last);
        }
        return last;
    }

    @Test
    void follow_aRecordOfAnotherCell_stopsForGoodAndSaysWhere() {
        byte[] first = record(0, 1, 1, 0);
        byte[] foreign = record(9, 1, 2, RecordCodec.crc(first));
        byte[] second = record(0, 1, 2, RecordCodec.crc(first));
        ScriptedReads reads = new ScriptedReads(List.of(
                List.of(LogBatches.of(1, 1, List.of(first)), LogBatches.of(1, 2, List.of(foreign))),
                List.of(LogBatches.of(1, 2, List.of(second)))));

        try (NodeStore stopped = JournalFault.node(reads.log())) {
            assertThatThrownBy(stopped::follow)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("record 2 in batch 2 to 2")
                    .hasMessageContaining("it is of cell 9 and not of cell 0")
                    .hasMessageContaining("stays behind record 1 and does not lead");
            assertThat(stopped.sequence()).isEqualTo(1);
            assertThatThrownBy(stopped::follow).hasMessageContaining("it is of cell 9");
            assertThat(stopped.sequence()).isEqualTo(1);
        }
    }

    @Test
    void follow_batchesThatCameTooLateBeforeGoodOnes_skipsAndCountsThemOnce() throws IOException {
        byte[] first = record(0, 2, 1, 0);
        byte[] late = record(0, 1, 2, RecordCodec.crc(first));
        byte[] second = record(0, 2, 2, RecordCodec.crc(first));
        Batch good = LogBatches.of(2, 1, List.of(first));
        Batch stale = LogBatches.of(1, 2, List.of(late));
        Batch behind = LogBatches.of(2, 2, List.of(second));
        ScriptedReads reads = new ScriptedReads(
                List.of(List.of(good), List.of(stale), List.of(stale, behind), List.of(), List.of(stale)));

        try (NodeStore node = JournalFault.node(reads.log())) {
            assertThat(node.follow()).isTrue();
            assertThat(node.follow()).isTrue();
            assertThat(node.sequence()).isEqualTo(2);
            assertThat(node.stale()).isEqualTo(1);
            assertThat(node.follow()).isFalse();
        }
    }

    /** Lets the follower reign after the first leader, whose beats extend its lease. */
    private Store takeOver() throws IOException {
        Optional<Store> second = Optional.empty();
        while (second.isEmpty()) {
            log.expireLease(1);
            second = follower.reign(B);
        }
        return second.get();
    }

    private void catchUp(long sequence) throws IOException {
        while (follower.sequence() < sequence) {
            follower.follow();
        }
    }

    private static ProblemCode code(Throwable e) {
        Throwable refused = e instanceof CompletionException ? e.getCause() : e;
        return ((RefusedException) refused).refusal().code();
    }

    private static byte[] record(int cell, long epoch, long sequence, int crcBefore) {
        byte[] row = new byte[40];
        ByteBuffer.wrap(row).putLong(9, sequence);
        List<Changes.Write> writes = List.of(new Changes.Write(TestRows.TABLE, TestRows.key(sequence), row));
        return RecordCodec.encode(new Record(cell, epoch, sequence, sequence, sequence, writes), crcBefore);
    }

    private static Batch batch(Reign reign, long sequence, byte[] record) {
        return LogBatches.of(reign.epoch(), sequence, List.of(record));
    }

    /** A log that gives one list of batches with each read, and then none. Knows nothing but that and its cell. */
    private static final class ScriptedReads implements InvocationHandler {
        private final List<List<Batch>> script;
        private final AtomicInteger reads = new AtomicInteger();

        private ScriptedReads(List<List<Batch>> script) {
            this.script = script;
        }

        private SharedLog log() {
            return (SharedLog)
                    Proxy.newProxyInstance(SharedLog.class.getClassLoader(), new Class<?>[] {SharedLog.class}, this);
        }

        @Override
        public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) {
            return switch (method.getName()) {
                case "cell" -> 0;
                case "has" -> true;
                case "snapshots" -> new SharedMemoryLog().snapshots();
                case "close" -> null;
                case "follow" -> read();
                default -> throw new AssertionError("Expected no call of " + method.getName());
            };
        }

        private List<Batch> read() {
            int read = reads.getAndIncrement();
            return read < script.size() ? script.get(read) : List.of();
        }
    }
}
