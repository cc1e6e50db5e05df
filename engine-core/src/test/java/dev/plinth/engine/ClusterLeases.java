package dev.plinth.engine;

import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The leases of workers of a simulated cluster, which are too long to lapse while its nodes have faults. A method throws
 * an {@code AssertionError} if an answer cannot be right. For one thread.
 */
final class ClusterLeases {
    private final Map<String, Lease> byJob = new LinkedHashMap<>();
    private final Map<ClusterCall, Lease> byCompletion = new HashMap<>();

    /** A lease, with the call that has taken it. */
    static final class Lease {
        final String job;
        final String token;
        private final ClusterCall taking;
        private int completions;
        private @Nullable ClusterCall completion;

        private Lease(String job, String token, ClusterCall taking) {
            this.job = job;
            this.token = token;
            this.taking = taking;
        }
    }

    /** Learns from the answer to a call for leases. No other call may get the same job. */
    void taken(ClusterCall call, Reply reply) {
        ClusterOracle.byId(Json.of(reply.text())).forEach((job, leased) -> {
            String token = ClusterOracle.text(leased, "/leaseToken");
            Lease lease = byJob.computeIfAbsent(job, none -> new Lease(job, token, call));
            ClusterOracle.check(
                    lease.taking == call && lease.token.equals(token),
                    "Expected one lease of job " + job + ", but " + lease.taking + " and " + call + " got one");
        });
    }

    /** Notes a call that completes a leased job. */
    void completes(ClusterCall call, Lease lease) {
        byCompletion.put(call, lease);
        lease.completions++;
    }

    /** Learns from the answer to a call that completes a job. */
    void completed(ClusterCall call, Reply reply) {
        Lease lease = byCompletion.get(call);
        if (reply.status() == 200) {
            ClusterOracle.check(
                    lease.completion == null || lease.completion == call,
                    "Expected one completion of job " + lease.job + ", but got " + lease.completion + " and " + call);
            lease.completion = call;
        } else {
            ClusterOracle.check(
                    ClusterCall.code(reply).equals("lease_lost") && lease.completions > 1,
                    "Expected the lease of job " + lease.job + " to last, but got " + reply.text());
        }
    }

    /** Returns the leases that no call has completed for certain. */
    List<Lease> open() {
        return byJob.values().stream().filter(lease -> lease.completion == null).toList();
    }

    /** Returns all leases. */
    List<Lease> all() {
        return List.copyOf(byJob.values());
    }
}
