package dev.plinth.engine.client;

import static dev.plinth.engine.client.Arguments.given;

import dev.plinth.engine.api.BatchOperation;
import dev.plinth.engine.api.Job;
import dev.plinth.engine.api.JobFailure;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Lease;
import dev.plinth.engine.api.LeaseRequest;
import dev.plinth.engine.api.LeasedJob;
import dev.plinth.engine.internal.json.ApiValueReader;
import dev.plinth.engine.internal.json.JsonBytes;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * A client for workers that run jobs outside of the engine. A worker leases queued jobs, extends its leases while it
 * works, and ends the jobs. A worker that has lost a lease, because it expired or the job has ended, is refused with
 * {@code lease_lost} (409). These calls cost no rate-limit units. Thread-safe.
 */
public final class LeasesClient {
    private final Invocations invocations;

    LeasesClient(Invocations invocations) {
        this.invocations = invocations;
    }

    /** Leases one queued job of these types for 60 s. Returns an empty list if there is none. */
    public Invocation<List<LeasedJob>> take(String... types) {
        Objects.requireNonNull(types, "types must not be null.");
        return take(LeaseRequest.of(types));
    }

    /** Leases queued jobs. Returns an empty list if there is none. */
    public Invocation<List<LeasedJob>> take(LeaseRequest request) {
        return invocations.of(
                "leaseJobs", List.of(), given(request, "request").json().utf8(), ApiValueReader::leased);
    }

    /** Extends a lease. From now on it lasts for the seconds with which it was taken. */
    public Invocation<Lease> heartbeat(String jobId, String leaseToken) {
        return invocations.of(
                "heartbeatJob", List.of(given(jobId, "jobId")), body(leaseToken, json -> json), Lease::of);
    }

    /**
     * Extends a lease.
     *
     * @param lease how long it lasts from now on, 1–3,600 whole seconds
     */
    public Invocation<Lease> heartbeat(String jobId, String leaseToken, Duration lease) {
        long seconds = Arguments.seconds(lease, "lease");
        byte[] body = body(leaseToken, json -> json.member("leaseSeconds", seconds));
        return invocations.of("heartbeatJob", List.of(given(jobId, "jobId")), body, Lease::of);
    }

    /**
     * Reports the progress of a job. Does not extend its lease.
     *
     * @param done 0 or more
     * @param total 0 or more
     * @param message at most 255 characters
     */
    public Invocation<Job> progress(String jobId, String leaseToken, long done, long total, String message) {
        byte[] body = body(
                leaseToken,
                json -> json.member("done", done).member("total", total).member("message", given(message, "message")));
        return invocations.of("reportProgress", List.of(given(jobId, "jobId")), body, Job::of);
    }

    /** Ends a job with success. Its result is any JSON value; {@code Json.of("null")} stands for none. */
    public Invocation<Job> complete(String jobId, String leaseToken, Json result) {
        byte[] body = body(
                leaseToken, json -> json.raw("result", given(result, "result").utf8()));
        return invocations.of("completeJob", List.of(given(jobId, "jobId")), body, Job::of);
    }

    /**
     * Ends a job with success together with operations, as {@link PlinthClient#batch} makes them. All of it happens, or
     * nothing does and the worker holds its lease. The operations cost their rate-limit units, and the key needs their
     * scopes.
     *
     * @param result any JSON value; {@code Json.of("null")} stands for none
     * @param operations 1 to 100
     */
    public Invocation<Job> complete(String jobId, String leaseToken, Json result, List<BatchOperation> operations) {
        byte[] body = body(leaseToken, json -> {
            json.raw("result", given(result, "result").utf8())
                    .name("operations")
                    .openArray();
            given(operations, "operations")
                    .forEach(operation -> json.raw(operation.json().utf8()));
            return json.closeArray();
        });
        return invocations.of("completeJob", List.of(given(jobId, "jobId")), body, Job::of);
    }

    /**
     * Ends an attempt with a failure.
     *
     * @param code a stable name for programs, 1–255 characters
     * @param detail a sentence for people, 1–10,000 characters, of which the first 1,000 are kept
     * @param retryable true if another attempt may follow
     */
    public Invocation<Job> fail(String jobId, String leaseToken, String code, String detail, boolean retryable) {
        byte[] body = body(
                leaseToken,
                json -> json.name("error")
                        .open()
                        .member("code", given(code, "code"))
                        .member("detail", given(detail, "detail"))
                        .close()
                        .member("retryable", retryable));
        return invocations.of("failJob", List.of(given(jobId, "jobId")), body, Job::of);
    }

    /**
     * Ends an attempt with a failure, which may say when the next attempt begins.
     *
     * @param failure its message is the detail, 1–10,000 characters; its gap is 0 s or more, in whole seconds
     */
    public Invocation<Job> fail(String jobId, String leaseToken, JobFailure failure) {
        given(failure, "failure");
        String detail = failure.getMessage() == null ? "The worker gave no reason." : failure.getMessage();
        byte[] body = body(leaseToken, json -> {
            json.name("error")
                    .open()
                    .member("code", failure.code())
                    .member("detail", detail)
                    .close()
                    .member("retryable", failure.retryable());
            failure.retryAfter()
                    .ifPresent(gap -> json.member("retryAfterSeconds", Arguments.seconds(gap, "retryAfter")));
            return json;
        });
        return invocations.of("failJob", List.of(given(jobId, "jobId")), body, Job::of);
    }

    /**
     * Puts a job off. The run uses no attempt, and the job is leased again after the delay.
     *
     * @param delay 1 s to 30 days, in whole seconds
     */
    public Invocation<Job> snooze(String jobId, String leaseToken, Duration delay) {
        long seconds = Arguments.seconds(delay, "delay");
        byte[] body = body(leaseToken, json -> json.member("seconds", seconds));
        return invocations.of("snoozeJob", List.of(given(jobId, "jobId")), body, Job::of);
    }

    private static byte[] body(String leaseToken, UnaryOperator<JsonBytes> more) {
        return more.apply(JsonBytes.object().member("leaseToken", given(leaseToken, "leaseToken")))
                .end();
    }
}
