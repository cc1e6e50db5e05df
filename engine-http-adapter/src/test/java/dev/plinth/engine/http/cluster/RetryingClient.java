package dev.plinth.engine.http.cluster;

import dev.plinth.engine.http.cluster.NodeClient.Answer;
import dev.plinth.engine.http.cluster.NodeClient.Request;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A client that repeats a call under its key until the outcome is certain. It begins at its own node, and tries the others if
 * that one does not know the outcome. One thread.
 */
final class RetryingClient {
    private static final long PATIENCE_SECONDS = 60;
    private static final int UNAVAILABLE = 503;
    private static final int CONFLICT = 409;

    private final NodeClient nodes;
    private final Ledger ledger;
    private final int home;
    private final Manner manner;
    private final Random random;
    private int node;
    private long began;

    /**
     * A manner of repeating.
     *
     * @param retryAfter whether it waits as long as {@code Retry-After} says; else for a moment
     * @param timeout how long it waits for an answer
     */
    record Manner(boolean retryAfter, Duration timeout) {}

    RetryingClient(NodeClient nodes, Ledger ledger, int home, Manner manner, Random random) {
        this.nodes = nodes;
        this.ledger = ledger;
        this.home = home;
        this.node = home;
        this.manner = manner;
        this.random = random;
    }

    /** Returns when the attempt was sent that was answered last. */
    long began() {
        return began;
    }

    /** Sends a call until it is answered with certainty. */
    Answer settle(Request call) throws InterruptedException {
        return settle(call, false).orElseThrow();
    }

    /**
     * Sends a call until it is answered with certainty.
     *
     * @param mayGiveUp whether it is enough that each attempt was refused as not done
     * @return empty if each was
     */
    Optional<Answer> settle(Request call, boolean mayGiveUp) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        String last = "";
        boolean isCertain = true;
        node = home;
        while (System.nanoTime() < end) {
            began = System.nanoTime();
            Optional<Answer> answer = Optional.empty();
            try {
                answer = Optional.of(nodes.send(node, call, manner.timeout()));
                last = answer.get().status() + " " + answer.get().code();
            } catch (ConnectException | HttpConnectTimeoutException e) {
                last = "no connection";
            } catch (HttpTimeoutException e) {
                isCertain = false;
                last = "no answer in time";
            } catch (IOException e) {
                isCertain = false;
                last = "broken connection";
            }
            if (answer.isPresent() && isSettled(answer.get())) {
                return answer;
            }
            ledger.count(last);
            isCertain &= !last.endsWith(" outcome_unknown") && !last.startsWith("409");
            if (isCertain && mayGiveUp) {
                return Optional.empty();
            }
            pause(answer.map(Answer::retryAfter).orElse(0));
            node = (node + 1) % nodes.nodes();
        }
        String text = "No certain outcome within " + PATIENCE_SECONDS + " s, at last " + last + ": " + call;
        ledger.violation(text);
        throw new AssertionError(text);
    }

    /** Returns the answer of a single attempt; empty if there is none, or if the node does not know it. */
    Optional<Answer> ask(int ofNode, Request call) throws InterruptedException {
        try {
            Answer answer = nodes.send(ofNode, call, manner.timeout());
            if (answer.status() == UNAVAILABLE) {
                ledger.count("read " + UNAVAILABLE + " " + answer.code());
                pause(0);
                return Optional.empty();
            }
            return Optional.of(answer);
        } catch (IOException e) {
            ledger.count("read without an answer");
            pause(0);
            return Optional.empty();
        }
    }

    private static boolean isSettled(Answer answer) {
        return answer.status() != UNAVAILABLE
                && !(answer.status() == CONFLICT && answer.code().equals("idempotency_key_in_use"));
    }

    private void pause(int seconds) throws InterruptedException {
        long millis = manner.retryAfter() && seconds > 0 ? TimeUnit.SECONDS.toMillis(seconds) : 30 + random.nextInt(60);
        boolean unused = new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS);
    }
}
