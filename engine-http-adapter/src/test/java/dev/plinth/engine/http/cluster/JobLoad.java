package dev.plinth.engine.http.cluster;

import dev.plinth.engine.http.cluster.NodeClient.Answer;
import dev.plinth.engine.http.cluster.NodeClient.Request;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Jobs that a client starts and a worker ends. Both repeat each call under its key until the outcome is certain. A thread for
 * each of them.
 */
final class JobLoad {
    private static final int OK = 200;
    private static final int ACCEPTED = 202;
    private static final String LEASING = "{\"types\":[\"load\"],\"max\":4,\"leaseSeconds\":120}";

    private final Ledger ledger;
    private final Set<String> started = ConcurrentHashMap.newKeySet();
    private final Set<String> ended = ConcurrentHashMap.newKeySet();
    private int starts;
    private int leases;

    JobLoad(Ledger ledger) {
        this.ledger = ledger;
    }

    /** Returns the ids of jobs whose start was acknowledged. */
    Set<String> started() {
        return Set.copyOf(started);
    }

    /** Returns true if the end of each job that was started is acknowledged. */
    boolean isDone() {
        return ended.containsAll(started);
    }

    /** Starts a job. */
    void start(RetryingClient client) throws InterruptedException {
        Answer answer = client.settle(
                new Request("POST", "/v1/jobs", "job-" + starts++, "{\"type\":\"load\",\"input\":{\"n\":1}}"));
        if (answer.status() != ACCEPTED || !started.add(answer.member("job_id"))) {
            ledger.violation("The start of a job was answered with " + answer);
        }
    }

    /** Leases jobs that wait, and ends them. */
    void work(RetryingClient client) throws InterruptedException {
        Answer leased = client.settle(new Request("POST", "/v1/jobs/lease", "lease-" + leases++, LEASING));
        if (leased.status() != OK) {
            ledger.violation("A worker was answered with " + leased);
            return;
        }
        for (Object one : (List<?>) leased.json().get("data")) {
            Map<?, ?> job = (Map<?, ?>) one;
            String id = String.valueOf(job.get("id"));
            Answer answer = client.settle(new Request(
                    "POST",
                    "/v1/jobs/" + id + "/complete",
                    "end-" + id,
                    "{\"leaseToken\":\"" + job.get("leaseToken") + "\",\"result\":1}"));
            if (answer.status() != OK || !ended.add(id)) {
                ledger.violation("The end of " + job + " was answered with " + answer);
            }
        }
    }
}
