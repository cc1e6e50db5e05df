package dev.plinth.engine.internal.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.JobFailure;
import dev.plinth.engine.api.JobStatus;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.api.Problem;
import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.FatalErrors;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.RandomIds;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.decision.Decision;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.json.ProblemJson;
import dev.plinth.engine.internal.timer.RetryingCommitter;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Attempts of a job whose engine closes around them. */
class JobRunTest {
    private static final Id JOB = new Id(IdKind.JOB, 1, 2);
    private static final Id WORKSPACE = new Id(IdKind.WORKSPACE, 3, 4);

    private JobRow running = JobRow.create(
                    new JobRow.Facts(JOB, WORKSPACE, 5, "send", null, 3, 5, null, 0, 6, 0, null), 6, false)
            .running(7);
    private final List<JobRow> recorded = new ArrayList<>();
    private final RetryingCommitter committer = new RetryingCommitter(this::commit, () -> true);

    @Test
    void begin_askedToEndInTheStoreThatItCameFrom_cancelsTheJob() {
        running = running.cancelRequestedNow().returned();

        Outcome begun = commit(Caller.engineFor(WORKSPACE), JobSteps.begin(JOB, (rows, workspace) -> true));

        assertThat(begun).isNotEqualTo(StepOutcome.Plain.DONE);
        assertThat(recorded).extracting(JobRow::status).containsExactly(JobStatus.CANCELED);
    }

    @Test
    void handle_interruptedByTheClose_putsTheJobBackWithoutAnAttempt() {
        run(job -> {
            committer.stop();
            throw new InterruptedException();
        });

        assertThat(recorded).hasSize(1);
        assertThat(recorded.get(0).status()).isEqualTo(JobStatus.QUEUED);
        assertThat(recorded.get(0).attempt()).isZero();
    }

    @Test
    void handle_interruptedByTheCloseAfterARequestToCancel_cancelsTheJob() {
        running = running.cancelRequestedNow();

        run(job -> {
            committer.stop();
            throw new InterruptedException();
        });

        assertThat(recorded).extracting(JobRow::status).containsExactly(JobStatus.CANCELED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"shutting_down", "not_leader"})
    void handle_callRefusedByTheClosingEngine_putsTheJobBackWithoutAnAttempt(String code) {
        run(job -> {
            committer.stop();
            throw new IllegalStateException(new PlinthException(
                    Problem.of(Json.of("{\"type\":\"https://example.com/problems/" + code + "\",\"title\":\"t\","
                            + "\"status\":503,\"detail\":\"d\",\"code\":\"" + code + "\",\"requestId\":\"req_1\","
                            + "\"retryable\":true}"))));
        });

        assertThat(recorded).extracting(JobRow::status).containsExactly(JobStatus.QUEUED);
        assertThat(recorded.get(0).attempt()).isZero();
    }

    @Test
    void giveBack_afterARequestToCancel_cancelsTheJob() {
        running = running.cancelRequestedNow();

        Outcome unused = commit(Caller.engineFor(WORKSPACE), JobSteps.giveBack(JOB, 1));

        assertThat(recorded).extracting(JobRow::status).containsExactly(JobStatus.CANCELED);
    }

    @Test
    void handle_interruptedByTheCloseWithinAFailureOfTheHost_putsTheJobBackToo() {
        run(job -> {
            committer.stop();
            throw new JobFailure(
                    "bank_down",
                    "The bank does not answer.",
                    true,
                    new IllegalStateException(new InterruptedException()));
        });

        assertThat(recorded).extracting(JobRow::status).containsExactly(JobStatus.QUEUED);
    }

    @Test
    void handle_failedWhileTheEngineCloses_countsTheAttempt() {
        run(job -> {
            committer.stop();
            throw new IllegalStateException("no interrupt");
        });

        assertThat(recorded).extracting(JobRow::status).containsExactly(JobStatus.SCHEDULED);
        assertThat(recorded.get(0).attempt()).isOne();
    }

    @Test
    void handle_interruptedWhileTheEngineIsOpen_countsTheAttempt() {
        run(job -> {
            throw new InterruptedException("by the host");
        });

        assertThat(recorded).extracting(JobRow::status).containsExactly(JobStatus.SCHEDULED);
    }

    private void run(HostJob.Code code) {
        new JobRun(
                        running,
                        new byte[0],
                        committer,
                        (rows, workspace) -> true,
                        new FatalErrors(),
                        new ProblemJson("https://example.com/problems/"))
                .handle(code);
    }

    private Outcome commit(Caller caller, Command.Change change) {
        RandomIds ids = new RandomIds();
        Context context = new Context(
                caller, 8, rows(), ids, new SecretCipher(new byte[SecretCipher.KEY_BYTES], ids), count -> 9);
        Decision decision = change.decide(context);
        for (Changes.Write write : decision.changes().writes()) {
            if (write.isIn(JobTables.JOBS)) {
                recorded.add(JobRow.read(write.row()));
            }
        }
        return decision.outcome();
    }

    /** Rows with the running job alone. */
    private Rows rows() {
        InvocationHandler table = (proxy, method, args) -> {
            if (method.isDefault()) {
                return InvocationHandler.invokeDefault(proxy, method, args);
            }
            assertThat(method.getName()).isEqualTo("get");
            return running.row();
        };
        return (Rows) Proxy.newProxyInstance(Rows.class.getClassLoader(), new Class<?>[] {Rows.class}, table);
    }
}
