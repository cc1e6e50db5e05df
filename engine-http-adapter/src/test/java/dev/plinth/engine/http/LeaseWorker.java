package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.http.JsonApi.Answer;
import java.io.IOException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A worker that leases jobs and completes them until the server is gone; what it was told has to stand afterwards. One thread at a time. */
final class LeaseWorker {
    private static final String LEASE = "{\"types\":[\"leased\"],\"leaseSeconds\":3600}";

    private final JsonApi api;
    private final Random random;
    private final Map<String, String> leased = new LinkedHashMap<>();
    private final Map<String, String> completed = new LinkedHashMap<>();
    private @Nullable String completing;
    private int checked;
    private volatile boolean mayLapse;

    LeaseWorker(JsonApi api, Random random) {
        this.api = api;
        this.random = random;
    }

    /** Works until the server is gone. */
    void run() throws IOException, InterruptedException {
        while (true) {
            if (send("/v1/jobs", "{\"type\":\"leased\",\"input\":{}}", 202) == null) {
                return;
            }
            Answer lease = send("/v1/jobs/lease", LEASE, 200);
            if (lease == null) {
                return;
            }
            for (Map<String, Object> job : JsonApi.entries(lease.json())) {
                leased.put(String.valueOf(job.get("id")), String.valueOf(job.get("leaseToken")));
            }
            String job = leased.keySet().stream().findFirst().orElse("");
            if (!job.isEmpty() && random.nextBoolean() && !complete(job)) {
                return;
            }
        }
    }

    private boolean complete(String job) throws IOException, InterruptedException {
        completing = job;
        String token = leased.get(job);
        Answer answer = api.send(
                "POST",
                "/v1/jobs/" + job + "/complete",
                "",
                "{\"leaseToken\":\"" + token + "\",\"result\":{\"of\":\"" + job + "\"}}");
        if (answer.isFailure()) {
            return false;
        }
        if (hasLapsed(answer)) {
            completing = null;
            leased.remove(job);
            return true;
        }
        assertThat(answer.status()).as("%s: %s", job, answer.body()).isEqualTo(200);
        completing = null;
        leased.remove(job);
        completed.put(job, String.valueOf(answer.json()));
        return true;
    }

    /** Leases may come to their end until the next check, because more time passes than they have. */
    void mayLapse() {
        mayLapse = true;
    }

    private boolean hasLapsed(Answer answer) {
        return mayLapse
                && answer.status() == 409
                && "lease_lost".equals(answer.json().get("code"));
    }

    /** Returns null if the disk of the server is gone. */
    private @Nullable Answer send(String path, String body, int status) throws IOException, InterruptedException {
        Answer answer = api.send("POST", path, "", body);
        if (answer.isFailure()) {
            return null;
        }
        assertThat(answer.status()).as("%s: %s", path, answer.body()).isEqualTo(status);
        return answer;
    }

    /** Checks that leases and results stand. */
    void check() throws IOException, InterruptedException {
        String open = completing;
        if (open != null) {
            String status = String.valueOf(api.get("/v1/jobs/" + open).json().get("status"));
            assertThat(status).isIn("running", "succeeded", mayLapse ? "queued" : "running");
            completing = null;
            if (status.equals("succeeded")) {
                leased.remove(open);
            }
        }
        for (Map.Entry<String, String> job : completed.entrySet()) {
            assertThat(String.valueOf(api.get("/v1/jobs/" + job.getKey()).json()))
                    .as("a job whose end was acknowledged")
                    .isEqualTo(job.getValue());
        }
        Set<String> lapsed = new HashSet<>();
        for (Map.Entry<String, String> lease : leased.entrySet()) {
            Answer heartbeat = api.send(
                    "POST",
                    "/v1/jobs/" + lease.getKey() + "/heartbeat",
                    "",
                    "{\"leaseToken\":\"" + lease.getValue() + "\",\"leaseSeconds\":3600}");
            if (hasLapsed(heartbeat)) {
                lapsed.add(lease.getKey());
                continue;
            }
            assertThat(heartbeat.status())
                    .as("heartbeat of a lease that was acknowledged: %s", heartbeat.body())
                    .isEqualTo(200);
        }
        leased.keySet().removeAll(lapsed);
        mayLapse = false;
        checked += completed.size() + leased.size();
        completed.clear();
    }

    String figures() {
        return checked + " leases and results";
    }
}
