package dev.plinth.engine.internal.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.Patience;
import dev.plinth.engine.TestScale;
import dev.plinth.engine.api.ManualClock;
import dev.plinth.engine.api.Tables;
import dev.plinth.engine.internal.base.Changes;
import dev.plinth.engine.internal.base.Record;
import dev.plinth.engine.internal.store.log.LogBatches;
import dev.plinth.engine.internal.store.log.RecordCodec;
import dev.plinth.engine.log.Batch;
import dev.plinth.engine.log.Fate;
import dev.plinth.engine.log.Node;
import dev.plinth.engine.log.Reign;
import dev.plinth.engine.log.SharedLog;
import dev.plinth.engine.log.SharedMemoryLog;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Tests a node that follows a shared log beside the node that leads. */
@Tag("scaled")
class FollowerTest {
    private final SharedMemoryLog log = new SharedMemoryLog();
    private final Follower follower = new Follower(TestRows.settings(Tables.HEAP), log);
    private final long seed = TestScale.seed();

    @Test
    void follower_ofALeaderWithManyWrites_hasTheSameRows() {
        follower.start();
        Random random = new Random(seed);
        try (Store leader = lead()) {
            long last = 0;
            for (int i = 0; i < TestScale.count(20_000); i++) {
                last = random.nextInt(4) == 0
                        ? TestRows.remove(leader, random.nextInt(50))
                        : TestRows.put(leader, random.nextInt(50), i);
            }
            leader.await(last);

            awaitPosition(last);
            assertThat(follower.stateHash()).as(TestScale.repeatWith(seed)).isEqualTo(leader.stateHash());
        }
        assertThat(follower.end()).isEmpty();
        assertThat(follower.stale()).isZero();
    }

    @Test
    void follower_ofSeveralReigns_followsOn() {
        follower.start();
        long last = 0;
        for (int reign = 0; reign < 3; reign++) {
            try (Store leader = lead()) {
                last = TestRows.put(leader, reign, reign);
                leader.await(last);
                awaitPosition(last);
                assertThat(follower.stateHash()).isEqualTo(leader.stateHash());
            }
        }
        assertThat(follower.end()).isEmpty();
    }

    @Test
    void follower_ofABatchThatNoLeaderHasNamedDurable_doesNotApplyIt() {
        Reign reign = log.reign(new Node("leader")).orElseThrow();
        byte[] first = record(0, reign.epoch(), 1, 0);
        byte[] second = record(0, reign.epoch(), 2, RecordCodec.crc(first));
        assertThat(log.append(reign, batch(reign, 1, first))).isEqualTo(Fate.DURABLE);
        assertThat(log.append(reign, batch(reign, 2, second))).isEqualTo(Fate.DURABLE);
        follower.start();

        awaitPosition(1);
        assertThat(follower.position().sequence()).isEqualTo(1);

        assertThat(log.beat(reign, 2)).isTrue();
        awaitPosition(2);
    }

    @Test
    void follower_ofARecordOfAnotherCell_stopsAndSaysWhere() {
        Reign reign = log.reign(new Node("leader")).orElseThrow();
        byte[] first = record(0, reign.epoch(), 1, 0);
        byte[] foreign = record(9, reign.epoch(), 2, RecordCodec.crc(first));
        byte[] second = record(0, reign.epoch(), 2, RecordCodec.crc(first));
        assertThat(log.append(reign, batch(reign, 1, first))).isEqualTo(Fate.DURABLE);
        assertThat(log.append(reign, batch(reign, 2, foreign))).isEqualTo(Fate.DURABLE);
        assertThat(log.beat(reign, 2)).isTrue();

        follower.start();
        Patience.until(() -> follower.end().isPresent());

        assertThat(follower.end().orElseThrow())
                .contains("behind record 1", "record 2 in batch 2 to 2", "it is of cell 9 and not of cell 0");
        assertThat(log.append(reign, batch(reign, 2, second))).isEqualTo(Fate.DURABLE);
        assertThat(log.beat(reign, 2)).isTrue();
        assertThat(follower.position().sequence()).isEqualTo(1);
    }

    @Test
    void follower_thatHasStopped_doesNotReadAgainAlthoughWhatFollowsFits() {
        byte[] first = record(0, 1, 1, 0);
        byte[] foreign = record(9, 1, 2, RecordCodec.crc(first));
        byte[] second = record(0, 1, 2, RecordCodec.crc(first));
        ScriptedReads reads = new ScriptedReads(List.of(
                List.of(LogBatches.of(1, 1, List.of(first)), LogBatches.of(1, 2, List.of(foreign))),
                List.of(LogBatches.of(1, 2, List.of(second)))));

        try (Follower stopped = new Follower(TestRows.settings(Tables.HEAP), reads.log())) {
            stopped.start();
            Patience.until(() -> reads.isLeftAlone() || reads.reads.get() > 1);

            assertThat(reads.reads).hasValue(1);
            assertThat(stopped.position().sequence()).isEqualTo(1);
            assertThat(stopped.end().orElseThrow()).contains("behind record 1", "It must not lead");
        }
    }

    @AfterEach
    void close() {
        follower.close();
    }

    private Store lead() {
        return Store.open(
                TestRows.settings(Tables.HEAP), log, ManualClock.startingAt(Instant.parse("2026-01-01T00:00:00Z")));
    }

    private void awaitPosition(long sequence) {
        Patience.until(() -> follower.position().sequence() >= sequence);
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
        private volatile @Nullable Thread reader;

        private ScriptedReads(List<List<Batch>> script) {
            this.script = script;
        }

        private SharedLog log() {
            return (SharedLog)
                    Proxy.newProxyInstance(SharedLog.class.getClassLoader(), new Class<?>[] {SharedLog.class}, this);
        }

        @Override
        public Object invoke(Object proxy, Method method, Object @Nullable [] arguments) {
            return switch (method.getName()) {
                case "cell" -> 0;
                case "follow" -> read();
                default -> throw new AssertionError("Expected no call of " + method.getName());
            };
        }

        private List<Batch> read() {
            reader = Thread.currentThread();
            int read = reads.getAndIncrement();
            return read < script.size() ? script.get(read) : List.of();
        }

        private boolean isLeftAlone() {
            Thread thread = reader;
            return thread != null && !thread.isAlive();
        }
    }
}
