package dev.plinth.engine.http.hostile;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Waits until a process has nothing to do, so that no work of one turn is left for the next. */
final class Quiet {
    private static final Duration LOOK = Duration.ofMillis(200);

    /** The share of a processor. */
    private static final double SHARE_MAX = 0.15;

    private static final int LOOKS = 2;
    private static final int PATIENCE_SECONDS = 20;

    private Quiet() {}

    /** Returns when the process hardly uses a processor, or the patience is over. */
    static void await(long pid) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        for (int quiet = 0; quiet < LOOKS && System.nanoTime() < end; ) {
            long began = System.nanoTime();
            Duration before = used(pid);
            LockSupport.parkNanos(LOOK.toNanos());
            double share =
                    (double) used(pid).minus(before).toNanos() / Math.max(LOOK.toNanos(), System.nanoTime() - began);
            quiet = share <= SHARE_MAX ? quiet + 1 : 0;
        }
    }

    private static Duration used(long pid) {
        return ProcessHandle.of(pid)
                .flatMap(process -> process.info().totalCpuDuration())
                .orElse(Duration.ZERO);
    }
}
