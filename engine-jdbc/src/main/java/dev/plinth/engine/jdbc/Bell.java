package dev.plinth.engine.jdbc;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Wakes the thread that waits for rows, and tells it the numbers of some. Thread-safe. */
final class Bell {
    /** Numbers that are kept. Beyond them a full look finds the rows. */
    private static final int NUMBERS_MAX = 1_000;

    private final List<Long> numbers = new ArrayList<>();
    private boolean rung;

    /**
     * The end of a wait.
     *
     * @param rung false if the time was over
     * @param numbers the numbers that were told
     */
    record Ring(boolean rung, List<Long> numbers) {}

    /** Rings, also for a thread that will wait only later. */
    synchronized void ring(List<Long> more) {
        if (numbers.size() + more.size() <= NUMBERS_MAX) {
            numbers.addAll(more);
        }
        rung = true;
        notifyAll();
    }

    /** Waits for a ring, at most so long. An interrupt ends the wait too. */
    synchronized Ring await(long millis) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        try {
            long left = millis;
            while (!rung && left > 0) {
                wait(left);
                left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Ring ring = new Ring(rung, List.copyOf(numbers));
        rung = false;
        numbers.clear();
        return ring;
    }
}
