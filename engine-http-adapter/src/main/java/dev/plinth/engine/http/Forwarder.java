package dev.plinth.engine.http;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.log.Leader;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongPredicate;
import org.eclipse.jetty.util.NanoTime;
import org.jspecify.annotations.Nullable;

/** The calls that other nodes decide. While there are some, it looks every few milliseconds which node leads. Thread-safe. */
final class Forwarder {
    private static final long LOOK_MILLIS = 20;
    private static final long UNREACHED_MILLIS = 1_000;

    private final ForwardedCall.Parts parts;
    private final Executor executor;
    private final Set<ForwardedCall> calls = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean looking = new AtomicBoolean();
    private volatile boolean waitsEnded;
    private volatile @Nullable Unreached unreached;

    /** A leader that could not be reached, and when. */
    private record Unreached(Leader leader, long nanos) {}

    Forwarder(ForwardedCall.Parts parts, Executor executor) {
        this.parts = parts;
        this.executor = executor;
    }

    /** Answers a call by the node that leads. */
    CompletableFuture<Reply> forward(Call head, Sender sender, byte[] body, LongPredicate memory) {
        ForwardedCall call = new ForwardedCall(parts, head, sender, body, memory, this::couldNotReach);
        calls.add(call);
        call.look();
        if (waitsEnded) {
            call.endWait();
        }
        lookLater();
        return call.answer();
    }

    /** Returns true if a leader is known, and was not out of reach within the last second. */
    boolean isAble() {
        Unreached last = unreached;
        return !waitsEnded
                && parts.engine()
                        .leader()
                        .filter(leader -> leader.node().url().isPresent())
                        .filter(leader -> last == null
                                || !last.leader().equals(leader)
                                || NanoTime.millisSince(last.nanos()) >= UNREACHED_MILLIS)
                        .isPresent();
    }

    private void couldNotReach(Leader leader) {
        unreached = new Unreached(leader, NanoTime.now());
    }

    /** Ends waits and streams, now and from now on. */
    void endWaits() {
        waitsEnded = true;
        calls.forEach(ForwardedCall::endWait);
    }

    private void lookLater() {
        if (!calls.isEmpty() && looking.compareAndSet(false, true)) {
            parts.client().later(() -> executor.execute(this::look), LOOK_MILLIS);
        }
    }

    private void look() {
        try {
            calls.forEach(call -> {
                if (call.isEnded()) {
                    calls.remove(call);
                } else {
                    call.look();
                }
            });
        } catch (RuntimeException | Error broken) {
            parts.local().noteError(broken);
            throw broken;
        } finally {
            looking.set(false);
            lookLater();
        }
    }
}
