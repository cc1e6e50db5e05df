package dev.plinth.engine.internal.ring;

import com.lmax.disruptor.BlockingWaitStrategy;
import com.lmax.disruptor.EventHandler;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.Sequence;
import com.lmax.disruptor.Sequencer;
import com.lmax.disruptor.TimeoutException;
import com.lmax.disruptor.dsl.Disruptor;
import com.lmax.disruptor.dsl.ProducerType;
import dev.plinth.engine.internal.base.EngineThread;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.Log;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.store.Store;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A ring with a thread that answers a batch of rings with one look at the tables.
 *
 * <p>Slots have a commit sequence, never state. A full ring blocks no caller and loses nothing. The slots before the
 * one without room are still to be answered, and the answer looks at the tables. Waiting blocks; it does not spin.
 */
public final class Doorbell implements AutoCloseable {
    private static final System.Logger LOG = Log.of(Doorbell.class);
    private static final long DRAIN_SECONDS = 1;

    private final Disruptor<RingSlot> disruptor;
    private final RingBuffer<RingSlot> ring;
    private volatile @Nullable Thread thread;
    private volatile boolean running;
    private boolean open;

    /** Makes a doorbell with this name. The answer runs on the ring's own thread. */
    public Doorbell(String name, Runnable answer) {
        disruptor = new Disruptor<>(
                RingSlot::new,
                Limits.RING_SLOTS,
                work -> {
                    Thread made = new EngineThread(work, name);
                    thread = made;
                    return made;
                },
                ProducerType.MULTI,
                new BlockingWaitStrategy());
        disruptor.handleEventsWith(new Answering(answer));
        ring = disruptor.getRingBuffer();
    }

    /** Begins to answer. The first ring makes the thread, because many engines have no work for it. */
    public synchronized void start() {
        open = true;
        if (ring.getCursor() != Sequencer.INITIAL_CURSOR_VALUE) {
            run();
        }
    }

    /** Rings at every durable record with a write that concerns one of these rooms. */
    public void ringOn(Store store, List<Predicate<Changes.Write>> rooms) {
        store.onCommitted((sequence, writes) -> {
            if (isConcerned(rooms, writes)) {
                ring(sequence);
            }
        });
    }

    private static boolean isConcerned(List<Predicate<Changes.Write>> concerns, List<Changes.Write> writes) {
        // By index, because an iterator for each write of each record is the most that a commit would make here.
        for (int i = 0; i < writes.size(); i++) {
            for (int j = 0; j < concerns.size(); j++) {
                if (concerns.get(j).test(writes.get(i))) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Tells that something up to this commit sequence is new. Never blocks. */
    public void ring(long sequence) {
        ring.tryPublishEvent((slot, at) -> slot.sequence = sequence);
        if (!running) {
            run();
        }
    }

    private synchronized void run() {
        if (open && !running) {
            disruptor.start();
            running = true;
        }
    }

    /** Answers the remaining rings and returns when the thread has ended, or when that takes too long. */
    @Override
    public void close() {
        synchronized (this) {
            open = false;
        }
        Thread answering = thread;
        if (answering == null) {
            return;
        }
        try {
            disruptor.shutdown(DRAIN_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            disruptor.halt();
        }
        try {
            // The last slots are free before their answer ends, so an empty ring does not mean that the answer has
            // ended.
            answering.join(TimeUnit.SECONDS.toMillis(DRAIN_SECONDS));
            if (answering.isAlive()) {
                LOG.log(System.Logger.Level.DEBUG, "The ring did not drain in time; the tables have the rest");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static final class RingSlot {
        private long sequence;
    }

    private static final class Answering implements EventHandler<RingSlot> {
        private final System.Logger log = Log.sparing(Doorbell.class);
        private final Runnable answer;
        private Sequence answered = new Sequence();

        Answering(Runnable answer) {
            this.answer = answer;
        }

        @Override
        public void setSequenceCallback(Sequence callback) {
            answered = callback;
        }

        /**
         * Frees the slots before it looks. A ring without room then has slots before it whose answer is still to come.
         * If the slots were freed after the answer, that ring would be lost. The write is volatile, so that the look
         * comes after it.
         */
        @Override
        public void onEvent(RingSlot slot, long sequence, boolean endOfBatch) {
            if (!endOfBatch) {
                return;
            }
            long commit = slot.sequence;
            answered.setVolatile(sequence);
            try {
                answer.run();
            } catch (RuntimeException | Error e) {
                // Thrown on, it would end the thread of the ring.
                log.log(System.Logger.Level.ERROR, "The answer to commit " + commit + " failed", e);
            }
        }
    }
}
