package dev.plinth.engine.client;

import dev.plinth.engine.api.Job;
import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.internal.base.Deadline;
import dev.plinth.engine.internal.pipeline.OpenWaits;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for the end of a job with as many calls as it takes. The engine holds each until the job has ended. */
final class JobWait {
    private static final long CALL_SECONDS_MAX = 30;
    private static final long AGAIN_MILLIS = 1_000;

    private JobWait() {}

    static Job await(PlinthClient client, String jobId, Duration atMost) throws InterruptedException, TimeoutException {
        if (atMost.isZero() || atMost.isNegative()) {
            throw new IllegalArgumentException("atMost must be more than zero, got " + atMost + ". Give some seconds.");
        }
        OpenWaits waits = new OpenWaits();
        try {
            return await(client, jobId, atMost, waits);
        } finally {
            waits.end(); // a call that an interrupt or the time has left behind holds no place
        }
    }

    private static Job await(PlinthClient client, String jobId, Duration atMost, OpenWaits waits)
            throws InterruptedException, TimeoutException {
        Deadline deadline = Deadline.inMillis(millis(atMost));
        while (true) {
            long left = deadline.millisLeft();
            long seconds = Math.min(CALL_SECONDS_MAX, TimeUnit.MILLISECONDS.toSeconds(Math.max(0, left)) + 1);
            Deadline early = Deadline.inMillis(AGAIN_MILLIS);
            CompletableFuture<Job> call =
                    client.job(jobId, Duration.ofSeconds(seconds)).submit(waits);
            try {
                Job job = call.get(left, TimeUnit.MILLISECONDS);
                if (job.status().isFinal()) {
                    return job;
                }
                // Without a place to wait, the engine answers at once.
                boolean unused = new CountDownLatch(1)
                        .await(Math.min(early.millisLeft(), deadline.millisLeft()), TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                TimeoutException told = new TimeoutException(
                        "Job " + jobId + " has not ended within " + atMost + ". It goes on; wait longer for its end.");
                told.initCause(e);
                throw told;
            } catch (ExecutionException e) {
                if (e.getCause() instanceof PlinthException refused) {
                    throw refused;
                }
                throw new IllegalStateException("The call for job " + jobId + " failed", e);
            }
        }
    }

    /** Returns milliseconds, from 1 to some 146 years. */
    private static long millis(Duration duration) {
        long most = TimeUnit.NANOSECONDS.toMillis(Long.MAX_VALUE / 2);
        return duration.compareTo(Duration.ofMillis(most)) > 0 ? most : Math.max(1, duration.toMillis());
    }
}
