package dev.plinth.engine.http.forward;

import dev.plinth.engine.http.call.ForwardedHeaders;
import dev.plinth.engine.server.NodeForwarding;
import java.lang.System.Logger.Level;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.util.NanoTime;

/** Warns of calls of other nodes whose proofs are out of time, at most once a minute. Thread-safe. */
final class LateProofs {
    private static final System.Logger LOG = System.getLogger(LateProofs.class.getName());
    private static final long PAUSE_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final NodeForwarding node;
    private long warnedNanos = NanoTime.now() - PAUSE_NANOS;

    LateProofs(NodeForwarding node) {
        this.node = node;
    }

    /** Warns of the clock of a node. */
    void warn(ForwardedHeaders.Origin origin) {
        if (isTime()) {
            long seconds = TimeUnit.MILLISECONDS.toSeconds(
                    Math.abs(node.nowMillis() - origin.proof().millis()));
            LOG.log(
                    Level.WARNING,
                    "A call that the node " + origin.node() + " has forwarded is " + seconds
                            + " s away from the clock of this node, and was refused; at most "
                            + TimeUnit.MILLISECONDS.toSeconds(ForwardedHeaders.PROOF_MILLIS)
                            + " s are allowed. Set the clocks of both right, or find the sender of old calls.");
        }
    }

    private synchronized boolean isTime() {
        boolean isTime = NanoTime.since(warnedNanos) >= PAUSE_NANOS;
        if (isTime) {
            warnedNanos = NanoTime.now();
        }
        return isTime;
    }
}
