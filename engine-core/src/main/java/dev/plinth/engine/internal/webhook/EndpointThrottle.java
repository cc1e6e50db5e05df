package dev.plinth.engine.internal.webhook;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.Limits;
import org.jspecify.annotations.Nullable;

/**
 * The state of an endpoint in memory: how many attempts it may have in flight, how fast, and whether deliveries wait.
 * Guarded by its {@link DeliveryScheduler}.
 *
 * <p>The number in flight begins small and grows by one with each webhook that is delivered quickly, so an endpoint
 * that hangs has few. It goes back to the first value when an attempt fails or takes long. After some failures in a row
 * it is one.
 */
final class EndpointThrottle {
    private final Id endpoint;
    private final Id workspace;
    private final long queue;
    private int runningMax;
    private @Nullable String host;
    private int perSecond = Limits.DELIVERIES_PER_SECOND_DEFAULT;
    private RateLimiter rateLimiter = new RateLimiter(Limits.DELIVERIES_PER_SECOND_DEFAULT);
    /** Places that an attempt takes before its event is read. */
    private int weight = 1;

    private int window = Limits.DELIVERIES_RUNNING_PER_ENDPOINT_FIRST;
    private int inFlight;
    private int failures;
    private boolean slow;
    private boolean deleted;
    /** Counts the changes that may have added to the queue. */
    private long signals;
    /** The number of the delivery that was started last. */
    private long reached = -1;

    private int startedInLap;

    /**
     * Makes the throttle of a new endpoint.
     *
     * @param queue the number of the queue in which its deliveries wait
     * @param runningMax the most attempts in flight
     */
    EndpointThrottle(Id workspace, Id endpoint, long queue, int runningMax) {
        this.workspace = workspace;
        this.endpoint = endpoint;
        this.queue = queue;
        this.runningMax = runningMax;
    }

    Id endpoint() {
        return endpoint;
    }

    Id workspace() {
        return workspace;
    }

    long queue() {
        return queue;
    }

    /** Returns host and port of its receiver, or null if the endpoint has to be read. */
    @Nullable
    String host() {
        return host;
    }

    /** Takes over the endpoint's settings. */
    void describe(String hostAndPort, int mostPerSecond) {
        host = hostAndPort;
        if (mostPerSecond != perSecond) {
            perSecond = mostPerSecond;
            rateLimiter = new RateLimiter(mostPerSecond);
        }
    }

    /** Forgets the settings, because the endpoint has changed and has to be read again. */
    void forgetDescription() {
        host = null;
    }

    void resize(int most) {
        runningMax = most;
    }

    void delete() {
        deleted = true;
    }

    boolean isForgettable() {
        return deleted && inFlight == 0;
    }

    boolean isSlow() {
        return slow;
    }

    boolean isFull() {
        int most = failures < Limits.DELIVERY_FAILURES_IN_A_ROW_MAX
                ? Math.min(runningMax, Math.min(window, perSecond))
                : 1;
        return inFlight >= most;
    }

    /** Returns from when on its rate allows one more attempt, in epoch milliseconds. */
    long nextMillis() {
        return rateLimiter.nextMillis();
    }

    void begin(long nowMillis) {
        inFlight++;
        rateLimiter.take(nowMillis);
    }

    void end() {
        inFlight--;
    }

    /** Takes over the result of an attempt. */
    void sent(boolean delivered, long durationMillis) {
        slow = durationMillis >= Limits.DELIVERY_SLOW_MILLIS;
        failures = delivered ? 0 : failures + 1;
        boolean grows = delivered && !slow && window < Limits.DELIVERIES_PER_SECOND_MAX;
        window = grows ? window + 1 : Limits.DELIVERIES_RUNNING_PER_ENDPOINT_FIRST;
    }

    /**
     * Returns how many places an attempt takes before its event is read. It is as many as the last large ones took,
     * less one for each attempt since.
     */
    int weight() {
        return weight;
    }

    /** Takes over how many places an event takes. */
    void weighed(int places) {
        weight = Math.max(places, weight - 1);
    }

    /** Counts a change that may have added to the queue. */
    void signal() {
        signals++;
    }

    long signals() {
        return signals;
    }

    /**
     * Returns the number from which to search for the next delivery. That is after the last started one, because those
     * before it are in flight. After some starts it is the beginning again, for earlier deliveries whose lane is free
     * now.
     */
    long searchFrom() {
        return startedInLap < Limits.DELIVERIES_STARTED_PER_LAP ? reached + 1 : 0;
    }

    /** Records that a delivery was started. */
    void started(long number) {
        startedInLap = searchFrom() == 0 ? 0 : startedInLap + 1;
        reached = number;
    }

    /** Starts the next search at the beginning. */
    void restartLap() {
        reached = -1;
        startedInLap = 0;
    }
}
