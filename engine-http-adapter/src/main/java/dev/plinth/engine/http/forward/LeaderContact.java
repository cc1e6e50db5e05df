package dev.plinth.engine.http.forward;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.http.call.ForwardedHeaders;
import dev.plinth.engine.log.Leader;
import dev.plinth.engine.server.NodeForwarding;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.NanoTime;
import org.jspecify.annotations.Nullable;

/**
 * Greets each leader with a small call before any other, and again now and then. From it the leader learns the address of
 * this node, and takes any number of connections from there.
 *
 * <p>After a takeover all waiting calls go to a new leader at once, each on a connection of its own. It would cut those
 * beyond the limit of an address, and nothing would tell whether their calls were carried out. Thread-safe.
 */
final class LeaderContact {
    /** A greeting counts for less than the minute for which a leader remembers the address of a node. */
    private static final long GREETED_MILLIS = 40_000;

    private static final long GREETED_ANEW_MILLIS = 20_000;
    private static final long ANSWERED_WITHIN_MILLIS = 1_000;
    private static final long AGAIN_MILLIS = 200;
    private static final long UNREACHED_MILLIS = 1_000;
    private static final Call GREETING = Call.of("HEAD", "/health/live");

    private final LeaderClient client;
    private final NodeForwarding node;
    private final String door;
    private final Runnable answered;
    private volatile @Nullable Moment greeted;
    private volatile @Nullable Moment unreached;
    private @Nullable Moment begun;

    /** A leader, and when something happened with it. */
    private record Moment(Leader leader, long nanos) {
        boolean isOf(Leader other, long millis) {
            return leader.equals(other) && NanoTime.millisSince(nanos) < millis;
        }
    }

    /**
     * Makes it for a door.
     *
     * @param answered runs after each answer to a greeting, and must not block
     */
    LeaderContact(LeaderClient client, NodeForwarding node, String door, Runnable answered) {
        this.client = client;
        this.node = node;
        this.door = door;
        this.answered = answered;
    }

    /** Returns true if calls may go to this leader. */
    boolean isGreeted(Leader leader) {
        Moment last = greeted;
        return last != null && last.isOf(leader, GREETED_MILLIS);
    }

    /** Returns true unless this leader was out of reach within the last second. */
    boolean isReachable(Leader leader) {
        Moment last = unreached;
        return last == null || !last.isOf(leader, UNREACHED_MILLIS);
    }

    /** Notes that a call could not be sent to a leader, for this reason. */
    void failed(Leader leader, Throwable failure) {
        if (failure instanceof IOException) { // not if this node has no room for the call
            unreached = new Moment(leader, NanoTime.now());
        }
    }

    /** Greets a leader, unless that was done lately. */
    void greet(Leader leader) {
        Moment last = greeted;
        if (last == null || !last.isOf(leader, GREETED_ANEW_MILLIS)) {
            begin(leader).ifPresent(this::send);
        }
    }

    private synchronized Optional<Moment> begin(Leader leader) {
        Moment last = begun;
        if (last != null && last.isOf(leader, ANSWERED_WITHIN_MILLIS)) {
            return Optional.empty();
        }
        Moment now = new Moment(leader, NanoTime.now());
        begun = now;
        return Optional.of(now);
    }

    private void send(Moment now) {
        Leader leader = now.leader();
        ForwardedHeaders.Content content = ForwardedHeaders.Content.of(door, GREETING, GREETING.body());
        LeaderClient.Sending unused = client.send(
                leader.node().url().orElseThrow(),
                GREETING,
                null,
                headers -> ForwardedHeaders.addOrigin(headers, Optional.empty(), content, node, leader),
                new LeaderClient.Listener() {
                    @Override
                    public void answered(Response head, Content.Source body) {
                        Content.Source.consumeAll(body, Callback.NOOP);
                        greeted = now;
                        answered.run();
                    }

                    @Override
                    public void failed(Throwable failure, boolean isSent) {
                        if (!isSent) {
                            LeaderContact.this.failed(leader, failure);
                        }
                        greetSoonerAgain(leader);
                    }
                });
    }

    private synchronized void greetSoonerAgain(Leader leader) {
        long pause = TimeUnit.MILLISECONDS.toNanos(ANSWERED_WITHIN_MILLIS - AGAIN_MILLIS);
        begun = new Moment(leader, NanoTime.now() - pause);
    }
}
