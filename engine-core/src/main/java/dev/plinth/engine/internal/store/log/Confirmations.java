package dev.plinth.engine.internal.store.log;

import dev.plinth.engine.internal.base.Deadline;
import dev.plinth.engine.internal.base.EngineThread;
import dev.plinth.engine.internal.base.EngineTimer;
import dev.plinth.engine.internal.base.Joins;
import dev.plinth.engine.internal.base.Log;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks the log on a thread of its own whether a reign goes on. Each question is put for all callers that came before it,
 * so that the number of callers costs nothing. Thread-safe.
 */
final class Confirmations implements AutoCloseable {
    private static final System.Logger LOG = Log.sparing(Confirmations.class);
    private static final String THREAD = "plinth-confirm";

    private final BooleanSupplier question;
    private final Runnable denied;
    private final BiConsumer<String, Throwable> ended;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition came = lock.newCondition();
    private final Thread thread = new EngineThread(this::loop, THREAD);
    private final EngineTimer timer = new EngineTimer();
    private List<CompletableFuture<Boolean>> waiting = new ArrayList<>();
    private boolean open = true;
    private volatile boolean isAsking;
    /** The first question since the last yes; null if the last answer was one. */
    private volatile @Nullable Deadline unconfirmed;

    /**
     * Makes a thread that asks a question for callers. An answer may be false because the log cannot tell.
     *
     * @param denied is told of each false answer
     * @param ended is told if the thread has ended by an error; all answers are false from then on
     */
    Confirmations(BooleanSupplier question, Runnable denied, BiConsumer<String, Throwable> ended) {
        this.question = question;
        this.denied = denied;
        this.ended = ended;
    }

    void start() {
        thread.start();
    }

    /** Completes with the answer to a question that begins after this call. */
    CompletableFuture<Boolean> ask() {
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        lock.lock();
        try {
            if (open) {
                waiting.add(answer);
                came.signal();
                return answer;
            }
        } finally {
            lock.unlock();
        }
        answer.complete(false);
        return answer;
    }

    /** Completes likewise, or with false after so many milliseconds. Puts no question while the log is silent for longer. */
    CompletableFuture<Boolean> ask(long millis) {
        if (isAsking && unconfirmedMillis() > millis) {
            return CompletableFuture.completedFuture(false);
        }
        CompletableFuture<Boolean> answer = ask();
        timer.deny(answer, millis);
        return answer;
    }

    /** Returns for how many milliseconds callers have asked without a yes; 0 if the last answer was one. */
    long unconfirmedMillis() {
        Deadline since = unconfirmed;
        return since == null ? 0 : since.millisPast();
    }

    /** Answers no more questions but with false. */
    @Override
    public void close() {
        lock.lock();
        try {
            open = false;
            came.signal();
        } finally {
            lock.unlock();
        }
        Joins.uninterruptibly(thread);
        timer.close();
    }

    private void loop() {
        List<CompletableFuture<Boolean>> asked = List.of();
        try {
            for (asked = take(); !asked.isEmpty(); asked = take()) {
                answer(asked);
            }
        } catch (RuntimeException | Error e) {
            end(asked);
            ended.accept(THREAD, e);
        }
    }

    private void answer(List<CompletableFuture<Boolean>> asked) {
        unconfirmed = unconfirmed == null ? Deadline.inMillis(0) : unconfirmed;
        isAsking = true;
        boolean confirmed = isConfirmed();
        isAsking = false;
        unconfirmed = confirmed ? null : unconfirmed;
        if (!confirmed) {
            denied.run();
        }
        for (CompletableFuture<Boolean> each : asked) {
            each.complete(confirmed);
        }
    }

    /** Answers with false all that is asked, now and later. */
    private void end(List<CompletableFuture<Boolean>> asked) {
        List<CompletableFuture<Boolean>> left;
        lock.lock();
        try {
            open = false;
            left = waiting;
        } finally {
            lock.unlock();
        }
        asked.forEach(each -> each.complete(false));
        left.forEach(each -> each.complete(false));
    }

    private boolean isConfirmed() {
        try {
            return question.getAsBoolean();
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.ERROR, "The log could not be asked whether the reign goes on", e);
            return false;
        }
    }

    /** Waits for callers, and returns all that are there. Returns none once it is closed and has answered all. */
    private List<CompletableFuture<Boolean>> take() {
        lock.lock();
        try {
            while (waiting.isEmpty() && open) {
                came.awaitUninterruptibly();
            }
            List<CompletableFuture<Boolean>> taken = waiting;
            waiting = new ArrayList<>();
            return taken;
        } finally {
            lock.unlock();
        }
    }
}
