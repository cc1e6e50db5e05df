package dev.plinth.engine;

import dev.plinth.engine.api.Reply;
import dev.plinth.engine.internal.store.Store;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;

/** Has the writer lock soon after a call has had it, so that what the call has done can be looked at before much comes behind it. */
final class HeldWriterLock implements AutoCloseable {
    private final CountDownLatch over = new CountDownLatch(1);
    private final Reply reply;

    /** Lets a call be answered, and nothing be written from soon after it on. */
    HeldWriterLock(Engine engine, Supplier<Reply> call) {
        Store store = engine.store();
        CountDownLatch mayCall = new CountDownLatch(1);
        CountDownLatch held = new CountDownLatch(1);
        Thread unusedThread = hold(store, held, mayCall);
        boolean unused = await(held);
        CompletableFuture<Reply> answer = new CompletableFuture<>();
        awaitInLine(start(() -> answer.complete(call.get())));
        CountDownLatch frozen = new CountDownLatch(1);
        awaitInLine(hold(store, frozen, over));
        mayCall.countDown();
        reply = answer.join();
        // A reader that others' writes have kept from reading stands in line too, and would wait for this for ever.
        unused = await(frozen);
    }

    /** Returns what was answered. */
    Reply reply() {
        return reply;
    }

    /** Lets others write again. */
    @Override
    public void close() {
        over.countDown();
    }

    /** Takes the lock on a thread of its own, or stands in line for it. */
    static Thread hold(Store store, CountDownLatch held, CountDownLatch until) {
        return start(() -> store.write(transaction -> {
            held.countDown();
            return await(until);
        }));
    }

    /** Other writers may stand in line too, so the thread itself is looked at. */
    static void awaitInLine(Thread thread) {
        Patience.until(() -> thread.getState() == Thread.State.WAITING);
    }

    static Thread start(Runnable work) {
        Thread thread = new Thread(work, "frozen-writer");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private static boolean await(CountDownLatch latch) {
        try {
            latch.await();
            return true;
        } catch (InterruptedException e) {
            throw new IllegalStateException("Expected to be let go on, but the wait was interrupted", e);
        }
    }
}
