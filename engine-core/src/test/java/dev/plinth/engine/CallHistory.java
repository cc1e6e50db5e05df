package dev.plinth.engine;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Records what concurrent calls were answered, and when: checked for whether the same calls, one by one in an order that keeps to their
 * times, could have been answered so (linearizability; Wing and Gong 1993). For short histories only.
 */
public final class CallHistory {
    private final AtomicLong time = new AtomicLong();
    private final ConcurrentLinkedQueue<Entry> entries = new ConcurrentLinkedQueue<>();

    /**
     * Tells what calls do one by one.
     *
     * @param <S> what it keeps; compared by its equality
     */
    @FunctionalInterface
    public interface Spec<S> {
        /** Returns what it keeps after a call; null if the call would not be answered so. */
        S after(S before, Object call, Object answer);
    }

    /** Makes a call, and notes it. */
    public <A> A call(Object call, Supplier<A> work) {
        long from = time.incrementAndGet();
        A answer = work.get();
        entries.add(new Entry(call, answer, from, time.incrementAndGet()));
        return answer;
    }

    /** Lets so many threads work on it, all at once, and waits for them. */
    public void by(ExecutorService pool, int threads, Consumer<Integer> work) throws Exception {
        AtomicInteger missing = new AtomicInteger(threads);
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            int thread = i;
            running.add(pool.submit(() -> {
                missing.decrementAndGet();
                while (missing.get() > 0 && !Thread.interrupted()) {
                    Thread.yield(); // a barrier wakes one after the other, too far apart for a race
                }
                work.accept(thread);
                return null;
            }));
        }
        for (Future<?> each : running) {
            each.get(60, TimeUnit.SECONDS);
        }
    }

    /** True if it could have come of the calls one by one. */
    public <S> boolean isAsIfOneByOne(S start, Spec<S> spec) {
        List<Entry> calls = List.copyOf(entries);
        BitSet left = new BitSet();
        left.set(0, calls.size());
        return canEnd(calls, left, start, spec, new HashSet<>());
    }

    private static <S> boolean canEnd(
            List<Entry> calls, BitSet left, S state, Spec<S> spec, Set<List<Object>> deadEnds) {
        if (left.isEmpty()) {
            return true;
        }
        if (!deadEnds.add(List.of(left.clone(), state))) {
            return false;
        }
        long firstEnd = left.stream().mapToLong(i -> calls.get(i).to).min().orElse(Long.MAX_VALUE);
        for (int i = left.nextSetBit(0); i >= 0; i = left.nextSetBit(i + 1)) {
            Entry entry = calls.get(i);
            S next = entry.from > firstEnd ? null : spec.after(state, entry.call, entry.answer);
            if (next != null) {
                BitSet rest = (BitSet) left.clone();
                rest.clear(i);
                if (canEnd(calls, rest, next, spec, deadEnds)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** The calls with their times, one a line. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        entries.forEach(entry -> text.append(entry).append('\n'));
        return text.toString();
    }

    private record Entry(Object call, Object answer, long from, long to) {}
}
