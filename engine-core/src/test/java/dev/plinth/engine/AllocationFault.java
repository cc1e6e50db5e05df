package dev.plinth.engine;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** Throws at one allocation of the thread that armed it, or of any thread. {@link FaultyClasses} calls it before each. */
public final class AllocationFault {
    private static final AtomicLong OF_ALL = new AtomicLong();
    private static volatile Supplier<Throwable> faultOfAll;
    private static volatile Thread armed;
    private static long left;
    private static Supplier<Throwable> fault;
    private static Runnable before;
    private static boolean hit;

    private AllocationFault() {}

    /**
     * Arms this thread.
     *
     * @param number the allocation that fails, from 1
     * @param what makes what it throws
     * @param first runs on this thread before that
     */
    public static void arm(long number, Supplier<Throwable> what, Runnable first) {
        left = number;
        fault = what;
        before = first;
        hit = false;
        armed = Thread.currentThread();
    }

    /** Returns true if the allocation was reached. */
    public static boolean disarm() {
        armed = null;
        return hit;
    }

    /**
     * Arms all threads at once: one allocation of one of them fails.
     *
     * @param number the allocation that fails, from 1, counted over all threads
     * @param what makes what it throws
     */
    public static void armAll(long number, Supplier<Throwable> what) {
        OF_ALL.set(number);
        faultOfAll = what;
    }

    /** An allocation is about to happen. */
    public static void allocation() {
        Supplier<Throwable> ofAll = faultOfAll;
        if (ofAll != null && OF_ALL.decrementAndGet() == 0) {
            faultOfAll = null;
            AllocationFault.<RuntimeException>sneak(ofAll.get());
        }
        if (armed != Thread.currentThread() || --left != 0) {
            return;
        }
        armed = null;
        hit = true;
        before.run();
        AllocationFault.<RuntimeException>sneak(fault.get());
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void sneak(Throwable any) throws T {
        throw (T) any;
    }
}
