package dev.plinth.engine.http.forward;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.http.call.RemoteCaller;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongPredicate;

/** The calls that other nodes decide. While there are some, it looks every few milliseconds which node leads. Thread-safe. */
final class Forwarder {
    private static final long LOOK_MILLIS = 20;

    private final ForwardedCall.Parts parts;
    private final Executor executor;
    private final Set<ForwardedCall> calls = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean looking = new AtomicBoolean();
    private volatile boolean waitsEnded;
    private final LeaderContact contact;

    Forwarder(ForwardedCall.Parts parts, Executor executor) {
        this.parts = parts;
        this.executor = executor;
        this.contact =
                new LeaderContact(parts.client(), parts.node(), parts.door(), () -> executor.execute(this::lookAtAll));
    }

    /** Answers a call by the node that leads. */
    CompletableFuture<Reply> forward(Call head, RemoteCaller sender, byte[] body, LongPredicate memory) {
        ForwardedCall call = new ForwardedCall(parts, head, sender, body, memory, contact);
        calls.add(call);
        try {
            call.look();
        } catch (RuntimeException | Error e) {
            call.end(); // its caller is told of the error, so no leader may carry it out later
            calls.remove(call);
            throw e;
        }
        if (waitsEnded) {
            call.endWait();
        }
        lookLater();
        return call.answer();
    }

    /** Returns true if a leader is known, and was not out of reach within the last second. */
    boolean isAble() {
        return !waitsEnded
                && parts.engine()
                        .leader()
                        .filter(leader -> leader.node().url().isPresent())
                        .filter(contact::isReachable)
                        .isPresent();
    }

    /** Ends waits and streams, now and from now on. */
    void endWaits() {
        waitsEnded = true;
        calls.forEach(ForwardedCall::endWait);
    }

    /** Ends the calls that the leader has not answered yet. */
    void endCalls() {
        calls.forEach(ForwardedCall::endNow);
    }

    private void lookLater() {
        if (!calls.isEmpty() && looking.compareAndSet(false, true)) {
            parts.client().later(() -> executor.execute(this::look), LOOK_MILLIS);
        }
    }

    private void look() {
        try {
            lookAtAll();
        } finally {
            looking.set(false);
            lookLater();
        }
    }

    private void lookAtAll() {
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
        }
    }
}
