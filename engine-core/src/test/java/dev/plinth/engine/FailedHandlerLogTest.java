package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.JobFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The exception of a failing handler stands in the log with its causes, with the job, its type and attempt, and what comes next. */
final class FailedHandlerLogTest {
    private final Logger logger = Logger.getLogger("dev.plinth.engine.internal.job");
    private final Records records = new Records();
    private final Exception cause = new IllegalStateException("the printer is on fire");
    private TestEngine store;

    @BeforeEach
    void open() {
        store = TestEngine.open(builder -> builder.jobHandler("breaks", job -> {
                    throw new Exception("could not print", cause);
                })
                .jobHandler("declines", job -> {
                    throw new JobFailure("declined", "The card was declined.", true, cause);
                })
                .jobHandler("gives-up", job -> {
                    throw new JobFailure("declined", "The card was declined.", false);
                }));
        logger.addHandler(records);
        logger.setUseParentHandlers(false);
    }

    @AfterEach
    void close() {
        logger.removeHandler(records);
        logger.setUseParentHandlers(true);
        store.close();
    }

    @Test
    void handler_thatThrows_isLoggedWithItsCauseAndWhenItIsTriedAgain() {
        String job = run("breaks", 2);

        LogRecord first = records.only();
        assertThat(first.getMessage())
                .contains(job, "type breaks", "attempt 1 of 2", "tried again at " + nextAttempt(job));
        assertThat(first.getThrown()).hasMessage("could not print").hasCause(cause);
        assertThat(store.text("/v1/jobs/" + job))
                .contains("\"handler_failed\"")
                .doesNotContain("printer", "Exception", "\\tat ");

        store.pass(Duration.ofMinutes(1));
        assertThat(records.last().getMessage()).contains(job, "attempt 2 of 2", "failed for good");
    }

    @Test
    void handler_thatFailsOnPurpose_isLoggedWithTheCauseThatItGave() {
        String job = run("declines", 5);

        assertThat(records.only().getMessage()).contains(job, "type declines", "attempt 1 of 5", nextAttempt(job));
        assertThat(records.only().getThrown())
                .hasMessage("The card was declined.")
                .hasCause(cause);
        assertThat(store.text("/v1/jobs/" + job))
                .contains("The card was declined.")
                .doesNotContain("printer");
    }

    @Test
    void handler_thatGivesUp_isLoggedAsFailedForGood() {
        String job = run("gives-up", 5);

        assertThat(records.only().getMessage()).contains(job, "attempt 1 of 5", "failed for good");
    }

    private String run(String type, int attempts) {
        String job =
                store.make("/v1/jobs", "{\"type\":\"" + type + "\",\"input\":{},\"maxAttempts\":" + attempts + "}");
        store.pass(Duration.ZERO);
        return job;
    }

    private String nextAttempt(String job) {
        return store.text("/v1/jobs/" + job).replaceFirst(".*\"nextAttemptAt\":\"([^\"]*)\".*", "$1");
    }

    /** Returns what was logged. */
    private static final class Records extends Handler {
        private final List<LogRecord> all = new ArrayList<>();

        @Override
        public synchronized void publish(LogRecord logged) {
            all.add(logged);
        }

        synchronized LogRecord only() {
            assertThat(all).hasSize(1);
            return all.get(0);
        }

        synchronized LogRecord last() {
            return all.get(all.size() - 1);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
