package dev.plinth.engine.http.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.http.cluster.NodeClient.Answer;
import dev.plinth.engine.http.cluster.NodeClient.Request;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Callers of a workspace of their own, from {@link #begin} to {@link #end}. Each calls one node, and thinks between two calls. A
 * further one makes keys, and revokes them.
 */
final class Load implements AutoCloseable {
    private static final int OK = 200;
    private static final int NOT_FOUND = 404;
    private static final long PATIENCE_SECONDS = 60;
    /** A caller thinks twice as long after so many changes of a round, and three times as long after twice as many. */
    private static final int CHANGES_UNTIL_SLOWER = 500;

    private static final Duration QUICK = Duration.ofSeconds(3);
    private static final Duration PATIENT = Duration.ofSeconds(30);

    private final Ledger ledger = new Ledger();
    private final JobLoad jobs = new JobLoad(ledger);
    private final NodeClient nodes;
    private final Pace pace;
    private final RetryingClient operator;
    private final String workspace;
    private final Random random;
    private final RetryingClient client;
    private final Notifications notifications;
    private final CountDownLatch ended = new CountDownLatch(1);
    private int queued;
    private int quiet;
    /** How many changes were acknowledged before this round. */
    private volatile int earlier;

    private final List<Thread> threads = new ArrayList<>();

    /**
     * How much the callers do.
     *
     * @param callers also how many further ones a frozen node meets when it wakes
     * @param thinkMillis the longest time between two calls of a caller
     * @param revokeMillis the time between two keys that are revoked
     * @param jobMillis the time between two jobs that are started; 0 for none
     * @param noteMax the most characters of a note in a resource
     * @param retryAfter whether callers wait as long as {@code Retry-After} says
     */
    record Pace(int callers, int thinkMillis, int revokeMillis, int jobMillis, int noteMax, boolean retryAfter) {
        /** The pace at which as many calls as possible meet a fault. */
        static final Pace QUICK = new Pace(64, 300, 200, 0, 0, false);

        /** Returns the same pace of callers that wait as long as {@code Retry-After} says. */
        Pace withRetryAfter() {
            return new Pace(callers, thinkMillis, revokeMillis, jobMillis, noteMax, true);
        }
    }

    private Load(NodeClient admin, Pace pace, Random random) throws IOException, InterruptedException {
        this.pace = pace;
        this.random = random;
        this.operator = client(admin, 0, QUICK);
        this.workspace = operator.settle(
                        new Request("POST", "/admin/v1/workspaces", "", "{\"name\":\"load\",\"plan\":\"load\"}"))
                .member("id");
        String secret = operator.settle(
                        new Request("POST", "/admin/v1/workspaces/" + workspace + "/keys", "", "{\"name\":\"load\"}"))
                .member("secret");
        this.nodes = admin.as(secret);
        this.client = client(nodes, 0, QUICK);
        this.notifications = new Notifications(nodes);
        Answer endpoint = client.settle(new Request(
                "POST",
                "/v1/webhook-endpoints",
                "endpoint",
                "{\"url\":\"" + notifications.uri() + "\",\"types\":[\"resource.*\"],\"ordering\":\"none\"}"));
        assertThat(endpoint.status()).as(endpoint.body()).isEqualTo(201);
    }

    /**
     * Begins to call.
     *
     * @param admin calls with the token of the operator
     */
    static Load begin(NodeClient admin, Pace pace, long seed) throws IOException, InterruptedException {
        Load load = new Load(admin, pace, new Random(seed));
        for (int i = 0; i < pace.callers(); i++) {
            load.start(i);
        }
        load.start(load::revokeKeys, "revoker");
        if (pace.jobMillis() > 0) {
            load.start(load::startJobs, "jobs");
            load.start(load::work, "worker");
        }
        return load;
    }

    Ledger ledger() {
        return ledger;
    }

    NodeClient nodes() {
        return nodes;
    }

    JobLoad jobs() {
        return jobs;
    }

    Notifications notifications() {
        return notifications;
    }

    /**
     * Begins a round, in which callers are quick at first. They become slower, so that a slow machine, whose rounds take long, gets
     * no more rows than it has room for.
     */
    void beginRound() {
        earlier = ledger.acknowledged();
    }

    /** Waits for this many acknowledgements from now on. */
    void awaitAcknowledged(int more) throws InterruptedException {
        int goal = ledger.acknowledged() + more;
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (ledger.acknowledged() < goal && System.nanoTime() < end) {
            boolean unused = ended.await(5, TimeUnit.MILLISECONDS);
        }
        assertThat(ledger.violations()).isEmpty();
        assertThat(ledger.acknowledged())
                .as("acknowledged changes within " + PATIENCE_SECONDS + " s; " + ledger.figures())
                .isGreaterThanOrEqualTo(goal);
    }

    /** Waits until an attempt is acknowledged that was sent after a time, by {@link System#nanoTime}. */
    void awaitNext(long after) throws InterruptedException {
        while (ledger.acknowledgedBetween(after, Long.MAX_VALUE) == 0) {
            awaitAcknowledged(1);
        }
    }

    /** Creates a resource that no caller changes, and returns its path. */
    String createQuiet() throws InterruptedException {
        return new Caller(nodes, ledger, "quiet-" + quiet++, 0, callerManner(QUICK), random).createAlone();
    }

    /** Returns true if some node shows what is at a path, within a while. */
    boolean isShown(String path) throws InterruptedException {
        Answer answer = client(nodes, 0, QUICK).settle(Request.get(path));
        return answer.status() == OK;
    }

    /** Sends calls of further callers to a node that is frozen, which it takes up when it wakes. */
    void queue(int node) {
        for (int i = 0; i < pace.callers(); i++) {
            Caller caller = new Caller(
                    nodes, ledger, "queued-" + queued++, node, callerManner(PATIENT), new Random(random.nextLong()));
            start(caller::callHome, "queued");
        }
    }

    /** Lets time pass. */
    void pass(long millis) throws InterruptedException {
        boolean unused = ended.await(millis, TimeUnit.MILLISECONDS);
    }

    /** Ends all callers, each once the outcome of its call is certain. */
    void end() throws InterruptedException {
        ended.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        endJobs();
        assertThat(ledger.violations()).isEmpty();
    }

    /** Deletes the workspace, so that its rows are purged. */
    void deleteWorkspace() throws InterruptedException {
        Answer gone = operator.settle(new Request("DELETE", "/admin/v1/workspaces/" + workspace, "", ""));
        // An attempt whose answer was lost may have deleted it.
        assertThat(gone.status()).as(gone.body()).isIn(OK, NOT_FOUND);
    }

    @Override
    public void close() {
        ended.countDown();
        notifications.close();
    }

    private void start(int number) {
        Caller.Manner manner = callerManner(number % 2 == 0 ? QUICK : PATIENT);
        Random own = new Random(random.nextLong());
        Caller caller = new Caller(nodes, ledger, "c" + number, number % nodes.nodes(), manner, own);
        start(
                () -> {
                    while (!ended.await(own.nextInt(thinkMillis()), TimeUnit.MILLISECONDS)) {
                        caller.call();
                    }
                },
                "caller-" + number);
    }

    private int thinkMillis() {
        int changes = ledger.acknowledged() - earlier;
        return pace.thinkMillis() * (CHANGES_UNTIL_SLOWER + changes) / CHANGES_UNTIL_SLOWER;
    }

    /** Makes and revokes keys until the end. */
    private void revokeKeys() throws InterruptedException {
        RetryingClient own = client(nodes, 1, QUICK);
        for (int i = 0; !ended.await(pace.revokeMillis(), TimeUnit.MILLISECONDS); i++) {
            Answer made = own.settle(new Request("POST", "/v1/keys", "key-" + i, "{\"name\":\"short\"}"));
            assertThat(made.status()).as(made.body()).isEqualTo(201);
            Answer gone = own.settle(new Request("DELETE", "/v1/keys/" + made.member("id"), "revoke-" + i, ""));
            assertThat(gone.status()).as(gone.body()).isEqualTo(OK);
            ledger.revoke(made.member("secret"));
        }
    }

    /** Starts jobs until the end. */
    private void startJobs() throws InterruptedException {
        RetryingClient own = client(nodes, 1, QUICK);
        while (!ended.await(pace.jobMillis(), TimeUnit.MILLISECONDS)) {
            jobs.start(own);
        }
    }

    /** Ends jobs until the end. */
    private void work() throws InterruptedException {
        RetryingClient own = client(nodes, nodes.nodes() - 1, PATIENT);
        while (!ended.await(pace.jobMillis(), TimeUnit.MILLISECONDS)) {
            jobs.work(own);
        }
    }

    /** Ends the jobs that are left, once no further one is started. */
    private void endJobs() throws InterruptedException {
        RetryingClient own = client(nodes, 0, PATIENT);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!jobs.isDone() && System.nanoTime() < end) {
            jobs.work(own);
        }
        assertThat(jobs.isDone()).as("each job has ended").isTrue();
    }

    private RetryingClient client(NodeClient as, int home, Duration timeout) {
        return new RetryingClient(as, ledger, home, manner(timeout), new Random(random.nextLong()));
    }

    private RetryingClient.Manner manner(Duration timeout) {
        return new RetryingClient.Manner(pace.retryAfter(), timeout);
    }

    private Caller.Manner callerManner(Duration timeout) {
        return new Caller.Manner(manner(timeout), pace.noteMax());
    }

    /** Work that may be interrupted. */
    @FunctionalInterface
    private interface Work {
        void run() throws InterruptedException;
    }

    private void start(Work work, String name) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (InterruptedException stopped) {
                        Thread.currentThread().interrupt();
                    } catch (RuntimeException | Error e) {
                        ledger.violation(name + ": " + e);
                    }
                },
                name);
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }
}
