package dev.plinth.engine.http.forward;

import dev.plinth.engine.Engine;
import dev.plinth.engine.log.NodeRole;
import dev.plinth.engine.server.NodeForwarding;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.eclipse.jetty.util.NanoTime;

/**
 * Lets another node lead before the server of this one closes. Its clients may take long to finish, and the cell must not be
 * without a leader for so long. Meanwhile this node hands calls on.
 */
public final class Handover {
    private static final long FOLLOWS_WITHIN_MILLIS = 5_000;
    /** More than a node needs that takes over. It is for nothing if this is the last node. */
    private static final long NEXT_WITHIN_MILLIS = 1_000;

    private static final long LOOK_MILLIS = 10;

    private Handover() {}

    /** Gives up the reign, if this node has one, and begins none any more. Returns once another node leads, or after 6 s. */
    public static void of(Engine engine) {
        engine.forwarding().ifPresent(node -> of(engine, node));
    }

    private static void of(Engine engine, NodeForwarding node) {
        boolean led = engine.role() == NodeRole.LEADER;
        boolean follows = await(FOLLOWS_WITHIN_MILLIS, () -> {
            if (ForwardedCall.Parts.reign(engine, node).isPresent()) {
                engine.resign(); // also if the reign has begun just now
                return false;
            }
            engine.beginDrain(); // not sooner, because the calls of a reign would be refused
            return engine.role() != NodeRole.LEADER;
        });
        if (led && follows) {
            boolean unused = await(NEXT_WITHIN_MILLIS, () -> engine.leader().isPresent());
        }
    }

    private static boolean await(long millis, BooleanSupplier condition) {
        CountDownLatch never = new CountDownLatch(1);
        long begun = NanoTime.now();
        try {
            while (!condition.getAsBoolean()) {
                if (NanoTime.millisSince(begun) >= millis || never.await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                    return false;
                }
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
