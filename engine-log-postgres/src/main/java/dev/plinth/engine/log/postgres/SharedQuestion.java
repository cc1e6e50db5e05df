package dev.plinth.engine.log.postgres;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * A question that many threads ask at once. A single thread asks it for all that have come before it began. So the
 * number of questions does not grow with the number of threads.
 *
 * <p>Thread-safe.
 */
final class SharedQuestion {
    private static final long NO_ANSWER = -1;

    private final LongSupplier question;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition answered = lock.newCondition();
    private long begun;
    private long ended;
    private long answer;

    SharedQuestion(LongSupplier question) {
        this.question = question;
    }

    /** Returns an answer to the question, asked after this call began; -1 if asking failed. */
    long ask() {
        lock.lock();
        try {
            long mine = begun + 1;
            while (ended < mine) {
                if (begun == ended) {
                    round();
                } else {
                    answered.awaitUninterruptibly();
                }
            }
            return answer;
        } finally {
            lock.unlock();
        }
    }

    /** Asks once, without the lock meanwhile. */
    private void round() {
        begun++;
        lock.unlock();
        long found = NO_ANSWER;
        try {
            found = question.getAsLong();
        } finally {
            lock.lock();
            answer = found;
            ended = begun;
            answered.signalAll();
        }
    }
}
