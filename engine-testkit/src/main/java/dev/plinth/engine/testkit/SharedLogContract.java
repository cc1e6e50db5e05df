package dev.plinth.engine.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plinth.engine.api.Experimental;
import dev.plinth.engine.log.Batch;
import dev.plinth.engine.log.Fate;
import dev.plinth.engine.log.Leader;
import dev.plinth.engine.log.Node;
import dev.plinth.engine.log.Reign;
import dev.plinth.engine.log.SharedLog;
import dev.plinth.engine.log.SnapshotStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * The promises of a {@link SharedLog}, as tests. An adapter to a log has a test class that extends this one.
 *
 * <p>Each test method runs on an empty log, to which two nodes are connected.
 */
@Experimental
public abstract class SharedLogContract {
    private static final Node FIRST = new Node("first");
    private static final Node SECOND = new Node("second");
    private static final int BYTES_MAX = 64 * 1024;
    private static final int TAKEOVERS = 20;
    private static final int TAKEOVERS_ASKED_MAX = 1_000;
    private static final int RECORDS_PER_BATCH = 2;
    private static final int SMALL_BATCHES = 1_100;
    private static final int SMALL_BYTES = 10;
    private static final long CALL_SECONDS_MAX = 60;

    /** Makes the contract, once for each test method. */
    protected SharedLogContract() {}

    /** Returns the connection of the first node to the empty log of this test method; always the same. */
    protected abstract SharedLog first();

    /** Returns the connection of the second node to the same log; always the same, and perhaps the first one's. */
    protected abstract SharedLog second();

    /** Lets the lease of the present reign end, as if its node had stopped for long enough. */
    protected abstract void endLease();

    @Test
    final void identity_ofBothConnections_isTheSame() {
        assertEquals(first().id(), second().id());
        assertEquals(first().cell(), second().cell());
        assertEquals(first().isPersistent(), second().isPersistent());
        assertTrue(first().cell() >= 0);
    }

    @Test
    final void reign_ofAnEmptyLog_beginsAndIsSeenByAll() throws IOException {
        assertEquals(Optional.empty(), second().leader());

        Reign reign = first().reign(FIRST).orElseThrow();

        assertEquals(FIRST, reign.node());
        assertEquals(Optional.of(new Leader(FIRST, reign.epoch())), second().leader());
        assertTrue(first().confirm(reign));
        assertTrue(first().beat(reign, 0));
        assertTrue(first().read(reign, 0, BYTES_MAX).isEmpty());
    }

    @Test
    final void reign_whileALeaseLives_isRefused() throws IOException {
        Reign reign = first().reign(FIRST).orElseThrow();

        assertEquals(Optional.empty(), second().reign(SECOND));

        assertTrue(first().confirm(reign));
        assertEquals(Fate.DURABLE, first().append(reign, batch(reign, 1)));
    }

    @Test
    final void append_afterTheEndOfItsLease_extendsItIfItSucceeds() throws IOException {
        Reign reign = first().reign(FIRST).orElseThrow();
        endLease();

        Fate fate = first().append(reign, batch(reign, 1));

        assertEquals(fate == Fate.DURABLE, second().reign(SECOND).isEmpty());
    }

    @Test
    final void beat_afterTheEndOfItsLease_extendsItIfItSucceeds() throws IOException {
        Reign reign = first().reign(FIRST).orElseThrow();
        endLease();

        boolean goesOn = first().beat(reign, 0);

        assertEquals(goesOn, second().reign(SECOND).isEmpty());
        assertEquals(goesOn, first().confirm(reign));
    }

    @Test
    final void reign_ofTheNodeThatReigns_beginsAgainAndFencesTheEarlierOne() throws IOException {
        Reign earlier = first().reign(FIRST).orElseThrow();
        List<Batch> appended = append(first(), earlier, 1, 1);

        Reign later = first().reign(FIRST).orElseThrow();

        assertTrue(later.epoch() > earlier.epoch());
        assertFalse(first().confirm(earlier));
        assertEquals(Fate.FENCED, first().append(earlier, batch(earlier, 3)));
        assertTrue(first().confirm(later));
        assertBatches(appended, readAll(first(), later, BYTES_MAX));
    }

    @Test
    final void reign_askedByBothNodesAtOnce_isGivenToOneOfThem() throws IOException {
        for (int i = 0; i < TAKEOVERS; i++) {
            CompletableFuture<Optional<Reign>> asked = beside(() -> ask(first(), FIRST));
            Optional<Reign> second = ask(second(), SECOND);
            Optional<Reign> first = ended(asked);

            assertTrue(first.isPresent() != second.isPresent(), () -> first + " and " + second);
            Reign given = first.or(() -> second).orElseThrow();
            assertEquals(Optional.of(new Leader(given.node(), given.epoch())), first().leader());
            (first.isPresent() ? first() : second()).resign(given);
        }
    }

    @Test
    final void reign_afterResigning_beginsAtOnceWithAHigherEpoch() throws IOException {
        Reign earlier = first().reign(FIRST).orElseThrow();
        first().resign(earlier);
        assertEquals(Optional.empty(), first().leader());

        Reign later = second().reign(SECOND).orElseThrow();

        assertTrue(later.epoch() > earlier.epoch());
    }

    @Test
    final void everything_ofAReignThatWasTakenOver_isFenced() throws IOException {
        Reign earlier = first().reign(FIRST).orElseThrow();
        assertEquals(Fate.DURABLE, first().append(earlier, batch(earlier, 1)));
        Reign later = takeOver();

        assertFalse(first().confirm(earlier));
        assertFalse(first().beat(earlier, 2));
        assertEquals(Fate.FENCED, first().append(earlier, batch(earlier, 3)));
        assertEquals(Fate.FENCED, first().resolve(earlier, 3));
        assertThrows(IOException.class, () -> first().read(earlier, 0, BYTES_MAX));
        first().resign(earlier);

        assertTrue(second().confirm(later));
        assertEquals(Optional.of(new Leader(SECOND, later.epoch())), first().leader());
        assertBatches(List.of(batch(earlier, 1)), second().read(later, 0, BYTES_MAX));
    }

    @Test
    final void read_ofALaterReign_hasEveryDurableBatchWholeAndInOrder() throws IOException {
        Reign earlier = first().reign(FIRST).orElseThrow();
        List<Batch> appended = append(first(), earlier, 1, 9);
        Reign later = takeOver();
        List<Batch> read = readAll(second(), later, 1);
        assertBatches(appended, read);
        assertEquals(1, second().read(later, 0, 1).size());

        appended.addAll(append(second(), later, 19, 3));
        second().resign(later);
        Reign last = first().reign(FIRST).orElseThrow();

        assertBatches(appended, readAll(first(), last, BYTES_MAX));
        assertBatches(appended.subList(4, 12), first().read(last, 8, BYTES_MAX));
        assertTrue(first().read(last, 24, BYTES_MAX).isEmpty());
    }

    @Test
    final void readings_ofManySmallBatches_haveAllThatFit() throws IOException {
        Reign reign = first().reign(FIRST).orElseThrow();
        List<Batch> appended = new ArrayList<>();
        for (int i = 1; i <= SMALL_BATCHES; i++) {
            Batch small = new Batch(i, i, reign.epoch(), i - 1, i, new byte[SMALL_BYTES]);
            assertEquals(Fate.DURABLE, first().append(reign, small));
            appended.add(small);
        }
        assertTrue(first().beat(reign, SMALL_BATCHES));

        assertBatches(appended, followed(0, SMALL_BATCHES));
        Reign later = takeOver();
        assertBatches(appended, second().read(later, 0, BYTES_MAX));
        int fitting = SMALL_BATCHES - 50;
        assertBatches(appended.subList(0, fitting), second().read(later, 0, fitting * SMALL_BYTES));
        assertBatches(appended.subList(0, fitting), second().follow(0, (fitting + 1) * SMALL_BYTES - 1));
    }

    @Test
    final void append_ofTheLargestBatch_isReadAsItWas() throws IOException {
        Reign reign = first().reign(FIRST).orElseThrow();
        byte[] frame = new byte[Batch.BYTES_MAX];
        for (int i = 0; i < frame.length; i++) {
            frame[i] = (byte) (i * 31);
        }
        Batch largest = new Batch(1, 1, reign.epoch(), 0, -1, frame);
        assertEquals(Fate.DURABLE, first().append(reign, largest));

        assertBatches(List.of(largest), second().read(takeOver(), 0, BYTES_MAX));
    }

    @Test
    final void follow_byANodeThatDoesNotReign_hasBatchesUpToTheNamedPosition() throws IOException {
        Reign reign = first().reign(FIRST).orElseThrow();
        List<Batch> appended = append(first(), reign, 1, 1);
        assertTrue(second().follow(0, BYTES_MAX).isEmpty());

        appended.addAll(append(first(), reign, 3, 1));
        assertBatches(appended.subList(0, 1), followed(0, 1));

        assertTrue(first().beat(reign, 4));
        assertBatches(appended, followed(0, 2));
        assertBatches(appended.subList(1, 2), followed(2, 1));
        assertTrue(second().follow(4, BYTES_MAX).isEmpty());
    }

    @Test
    final void follow_afterATakeover_goesOnAndForgetsNoNamedPosition() throws IOException {
        Reign earlier = first().reign(FIRST).orElseThrow();
        List<Batch> appended = append(first(), earlier, 1, 2);
        assertTrue(first().beat(earlier, 4));
        Reign later = takeOver();
        assertBatches(appended, followed(0, 2));

        appended.addAll(append(second(), later, 5, 1));
        assertTrue(second().beat(later, 6));

        assertBatches(appended, followed(0, 3));
        assertBatches(appended.subList(0, 1), second().follow(0, 1));
    }

    @Test
    final void close_ofOneConnection_leavesTheLogToTheOther() throws IOException {
        Reign earlier = first().reign(FIRST).orElseThrow();
        List<Batch> appended = append(first(), earlier, 1, 2);

        first().close();

        assertBatches(appended, readAll(second(), takeOver(), BYTES_MAX));
    }

    @Test
    final void close_besideACallAndAgain_endsTheCallAndLeavesTheLogToTheOther() throws IOException {
        Reign reign = first().reign(FIRST).orElseThrow();
        List<Batch> appended = append(first(), reign, 1, 1);
        CompletableFuture<Boolean> following = beside(() -> ends(second()));

        second().close();
        second().close();

        assertTrue(ended(following));
        assertEquals(Fate.DURABLE, first().append(reign, batch(reign, 3)));
        assertEquals(appended.size() + 1, readAll(first(), reign, BYTES_MAX).size());
    }

    /** Follows behind the end, whether the log answers or fails meanwhile. */
    private static boolean ends(SharedLog log) {
        try {
            return log.follow(Integer.MAX_VALUE, BYTES_MAX).isEmpty();
        } catch (IOException e) {
            return true;
        }
    }

    @Test
    final void resolve_ofADurableBatch_isDurableAndTheReignGoesOn() throws IOException {
        Reign reign = first().reign(FIRST).orElseThrow();
        List<Batch> appended = append(first(), reign, 1, 2);

        assertEquals(Fate.DURABLE, first().resolve(reign, 3));

        appended.addAll(append(first(), reign, 5, 1));
        assertBatches(appended, readAll(second(), takeOver(), BYTES_MAX));
    }

    @Test
    final void resolve_ofABatchThatNeverCame_isFencedAndItNeverComes() throws IOException {
        Reign reign = first().reign(FIRST).orElseThrow();
        List<Batch> appended = append(first(), reign, 1, 1);

        assertEquals(Fate.FENCED, first().resolve(reign, 3));

        assertEquals(Fate.FENCED, first().append(reign, batch(reign, 3)));
        endLease();
        assertBatches(appended, readAll(second(), second().reign(SECOND).orElseThrow(), BYTES_MAX));
    }

    @Test
    final void takeover_besideAppends_losesNoDurableBatchAndLetsNoneThrough() throws IOException {
        List<Batch> durable = new ArrayList<>();
        long position = 0;
        for (int i = 0; i < TAKEOVERS; i++) {
            Reign earlier = first().reign(FIRST).orElseThrow();
            long next = position + 1;
            CompletableFuture<List<Batch>> appending = beside(() -> appendUntilFenced(earlier, next));
            Reign later = takeOver();
            List<Batch> read = readAll(second(), later, BYTES_MAX);
            durable.addAll(ended(appending));
            assertBatches(durable, read);
            position = durable.isEmpty() ? 0 : durable.get(durable.size() - 1).last();
            second().resign(later);
        }
    }

    @Test
    final void snapshots_written_areListedAndReadByAllNodes() throws IOException {
        SnapshotStore snapshots = first().snapshots();
        snapshots.write(4, out -> out.write(new byte[] {4}));
        snapshots.write(12, out -> out.write(new byte[] {1, 2}));
        snapshots.write(8, out -> out.write(new byte[] {8}));
        snapshots.write(8, out -> out.write(new byte[] {8, 8}));

        assertEquals(List.of(12L, 8L, 4L), second().snapshots().positions());
        assertArrayEquals(new byte[] {8, 8}, snapshot(8));
        assertArrayEquals(new byte[] {1, 2}, snapshot(12));
    }

    @Test
    final void snapshots_thatFailWhileTheyAreWritten_areNotThere() throws IOException {
        SnapshotStore snapshots = first().snapshots();
        snapshots.write(4, out -> out.write(new byte[] {4}));
        IOException planned = new IOException("planned");

        for (long position : new long[] {4, 8}) {
            IOException thrown = assertThrows(
                    IOException.class,
                    () -> snapshots.write(position, out -> {
                        out.write(new byte[100_000]);
                        throw planned;
                    }));
            assertEquals("planned", thrown.getMessage());
        }

        assertEquals(List.of(4L), second().snapshots().positions());
        assertArrayEquals(new byte[] {4}, snapshot(4));
        assertThrows(IOException.class, () -> snapshots.open(8));
    }

    @Test
    final void snapshots_deleted_areGoneButStayReadableWhileOpen() throws IOException {
        SnapshotStore snapshots = first().snapshots();
        snapshots.write(4, out -> out.write(new byte[] {4, 5, 6}));
        try (InputStream open = second().snapshots().open(4)) {
            snapshots.delete(4);
            snapshots.delete(8);
            assertArrayEquals(new byte[] {4, 5, 6}, open.readAllBytes());
        }
        assertEquals(List.of(), second().snapshots().positions());
    }

    @Test
    final void importSnapshot_intoAnEmptyLog_isTheBeginningOfIt() throws IOException {
        Reign reign = first().reign(FIRST).orElseThrow();

        first().importSnapshot(reign, 6, out -> out.write(new byte[] {1, 2, 3}));

        assertEquals(List.of(6L), second().snapshots().positions());
        assertArrayEquals(new byte[] {1, 2, 3}, snapshot(6));
        Batch next = batch(reign, 7);
        assertEquals(Fate.DURABLE, first().append(reign, next));
        assertBatches(List.of(next), readAll(first(), reign, BYTES_MAX));
    }

    @Test
    final void importSnapshot_intoALogThatHasAnything_isRefusedAndChangesNothing() throws IOException {
        Reign reign = first().reign(FIRST).orElseThrow();
        assertEquals(Fate.DURABLE, first().append(reign, batch(reign, 1)));

        assertThrows(IOException.class, () -> first().importSnapshot(reign, 6, out -> out.write(1)));

        assertTrue(second().snapshots().positions().isEmpty());
        first().snapshots().write(2, out -> out.write(1));
        assertThrows(IOException.class, () -> first().importSnapshot(reign, 6, out -> out.write(1)));
        assertEquals(List.of(2L), second().snapshots().positions());
    }

    @Test
    final void importSnapshot_whoseReignEndsMeanwhile_isRefused() throws IOException {
        Reign reign = first().reign(FIRST).orElseThrow();

        assertThrows(
                IOException.class,
                () -> first().importSnapshot(reign, 6, out -> {
                    endLease();
                    assertTrue(second().reign(SECOND).isPresent());
                    out.write(1);
                }));

        assertTrue(second().snapshots().positions().isEmpty());
    }

    @Test
    final void importSnapshot_thatFailsWhileItIsWritten_leavesTheLogEmpty() throws IOException {
        Reign reign = first().reign(FIRST).orElseThrow();

        assertThrows(
                IOException.class,
                () -> first().importSnapshot(reign, 6, out -> {
                    out.write(new byte[BYTES_MAX]);
                    throw new IOException("no more");
                }));

        assertTrue(second().snapshots().positions().isEmpty());
        first().importSnapshot(reign, 8, out -> out.write(1));
        assertEquals(List.of(8L), second().snapshots().positions());
    }

    @Test
    final void truncate_behindTheOlderOfTwoSnapshots_deletesBatchesUpToItOnly() throws IOException {
        Reign reign = first().reign(FIRST).orElseThrow();
        List<Batch> appended = append(first(), reign, 1, 6);
        first().snapshots().write(4, out -> out.write(4));
        assertThrows(IllegalArgumentException.class, () -> first().truncate(4));
        first().snapshots().write(8, out -> out.write(8));
        assertThrows(IllegalArgumentException.class, () -> first().truncate(6));

        first().truncate(4);

        Reign later = takeOver();
        assertBatches(appended.subList(2, 6), readAll(second(), later, BYTES_MAX));
        assertBatches(appended.subList(4, 6), second().read(later, 8, BYTES_MAX));
        assertTrue(second().beat(later, 12));
        assertBatches(appended.subList(2, 6), followed(0, 4));
    }

    @Test
    final void resolve_ofABatchThatANextReignHasDeleted_isNotFenced() throws IOException {
        Reign earlier = first().reign(FIRST).orElseThrow();
        List<Batch> unused = append(first(), earlier, 1, 2);
        Reign later = takeOver();
        assertEquals(4, readAll(second(), later, BYTES_MAX).get(1).last());
        second().snapshots().write(4, out -> out.write(4));
        second().snapshots().write(6, out -> out.write(6));
        second().truncate(4);

        assertNotEquals(Fate.FENCED, first().resolve(earlier, 3)); // a log may still have what it has deleted
        assertEquals(Fate.FENCED, first().resolve(earlier, 5));
    }

    @Test
    final void has_ofEachEndOfABatch_isTrueAlsoOnceItIsTruncated() throws IOException {
        Reign reign = first().reign(FIRST).orElseThrow();
        List<Batch> appended = append(first(), reign, 1, 4);
        for (Batch batch : appended) {
            assertTrue(second().has(batch.last(), batch.crc()), batch::toString);
            assertFalse(second().has(batch.last(), batch.crc() + 1), batch::toString);
        }
        assertFalse(second().has(10, 10));
        first().snapshots().write(4, out -> out.write(4));
        first().snapshots().write(6, out -> out.write(6));
        first().truncate(4);

        for (Batch batch : appended) {
            assertTrue(second().has(batch.last(), batch.crc()), batch::toString);
        }
    }

    /** Takes over. The lease may have to end several times, because appends extend it meanwhile. */
    private Reign takeOver() throws IOException {
        for (int i = 0; i < TAKEOVERS_ASKED_MAX; i++) {
            endLease();
            Optional<Reign> later = second().reign(SECOND);
            if (later.isPresent()) {
                return later.get();
            }
        }
        throw new AssertionError("Expected a reign once the lease of the earlier one has ended");
    }

    private static Optional<Reign> ask(SharedLog log, Node node) {
        try {
            return log.reign(node);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Batch> append(SharedLog log, Reign reign, long from, int count) {
        List<Batch> appended = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Batch batch = batch(reign, from + (long) i * RECORDS_PER_BATCH);
            assertEquals(Fate.DURABLE, log.append(reign, batch));
            appended.add(batch);
        }
        return appended;
    }

    private List<Batch> appendUntilFenced(Reign reign, long from) {
        List<Batch> durable = new ArrayList<>();
        Batch batch = batch(reign, from);
        while (first().append(reign, batch) == Fate.DURABLE) {
            durable.add(batch);
            batch = batch(reign, batch.last() + 1);
        }
        return durable;
    }

    private static List<Batch> readAll(SharedLog log, Reign reign, int bytesMax) throws IOException {
        List<Batch> all = new ArrayList<>();
        List<Batch> some = log.read(reign, 0, bytesMax);
        while (!some.isEmpty()) {
            all.addAll(some);
            some = log.read(reign, all.get(all.size() - 1).last(), bytesMax);
        }
        return all;
    }

    /** Follows until so many batches are there. A log may show them a moment later. */
    private List<Batch> followed(long after, int count) throws IOException {
        List<Batch> found = second().follow(after, BYTES_MAX);
        for (int looks = 0; found.size() < count && looks < 1_000; looks++) {
            found = second().follow(after, BYTES_MAX);
        }
        return found;
    }

    private byte[] snapshot(long position) throws IOException {
        try (InputStream in = second().snapshots().open(position)) {
            return in.readAllBytes();
        }
    }

    /** Returns a batch of two records. Its frame tells its place, because a log does not look into it. */
    private static Batch batch(Reign reign, long position) {
        byte[] frame = new byte[100 + (int) (position % 900)];
        for (int i = 0; i < frame.length; i++) {
            frame[i] = (byte) (position * 7 + reign.epoch() + i);
        }
        int crc = (int) (position * 1_000_003);
        int crcBefore = (int) ((position - RECORDS_PER_BATCH) * 1_000_003);
        return new Batch(position, position + RECORDS_PER_BATCH - 1, reign.epoch(), crcBefore, crc, frame);
    }

    private static void assertBatches(List<Batch> expected, List<Batch> actual) {
        assertEquals(expected.toString(), actual.toString());
        for (int i = 0; i < expected.size(); i++) {
            Batch wanted = expected.get(i);
            Batch batch = actual.get(i);
            assertEquals(wanted.crcBefore(), batch.crcBefore(), batch::toString);
            assertEquals(wanted.crc(), batch.crc(), batch::toString);
            assertArrayEquals(wanted.frame(), batch.frame(), batch::toString);
        }
    }

    /** Calls on a thread of its own. A pool may have a single thread, which a call that hangs would keep. */
    private static <T> CompletableFuture<T> beside(Supplier<T> call) {
        return CompletableFuture.supplyAsync(call, task -> {
            Thread thread = new Thread(task, "shared-log-contract");
            thread.setDaemon(true);
            thread.start();
        });
    }

    private static <T> T ended(CompletableFuture<T> call) {
        try {
            return call.get(CALL_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new AssertionError(
                    "Expected a call of the log that ends well within " + CALL_SECONDS_MAX + " s, but it did not", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("Expected a call of the log that ends, but the wait for it was interrupted", e);
        }
    }
}
