package dev.plinth.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Job;
import dev.plinth.engine.api.JobFailure;
import dev.plinth.engine.api.JobStatus;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.NewJob;
import dev.plinth.engine.api.OperationRefused;
import dev.plinth.engine.api.OperationResult;
import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.api.Problem;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.api.ResourceChange;
import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.internal.base.Limits;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An exception of the host's code tells the same through each of the doors that run such code. */
@Timeout(120)
final class HostExceptionsTest {
    private static final String NOWHERE = "res_00000000000000000000000000";

    /** A kind of exception, with what a call that meets it is told. */
    enum Kind {
        MISSING(404, "not_found", false),
        ARCHIVED(409, "resource_archived", false),
        ARGUMENT(500, "internal_error", false),
        NULL(500, "internal_error", false),
        UNSUPPORTED(500, "internal_error", false),
        STATE(500, "internal_error", true),
        FOREIGN_CREDENTIAL(500, "internal_error", true);

        private final int status;
        private final String code;
        private final boolean retryable;

        Kind(int status, String code, boolean retryable) {
            this.status = status;
            this.code = code;
            this.retryable = retryable;
        }

        boolean hasProblem() {
            return status < 500;
        }
    }

    private final CountDownLatch logged = new CountDownLatch(1);
    private volatile Kind kind = Kind.MISSING;
    private volatile Exception thrown = new IOException();
    private final TestEngine store = TestEngine.open(builder -> builder.operation("on", operation -> {
                fail(operation.workspace());
                return OperationResult.of(Json.EMPTY_OBJECT);
            })
            .operation("refuse", operation -> {
                throw (OperationRefused) thrown;
            })
            .jobHandler("fail", job -> {
                fail(job.workspace());
                return null;
            })
            .jobHandler("refuse", job -> {
                throw thrown;
            })
            .listener("fails", (context, event) -> {
                if (event.type().equals("it.fails")) {
                    fail(context.workspace());
                } else if (event.type().equals("it.throws")) {
                    throw thrown;
                }
            }));
    private String workspace = "";
    private String resource = "";
    private String archived = "";

    @BeforeEach
    void create() {
        workspace = store.newWideWorkspace();
        store.use(store.newKey(workspace));
        resource = client().resources().create("r").call().id();
        archived = client().resources().create("a").call().id();
        client().resources().archive(archived).call();
    }

    @AfterEach
    void close() {
        store.close();
    }

    private PlinthClient client() {
        return store.engine().client(store.key());
    }

    private void fail(PlinthClient inside) {
        switch (kind) {
            case MISSING -> inside.resources().get(NOWHERE).call();
            case ARCHIVED ->
                inside.resources()
                        .update(archived, ResourceChange.NONE.withName("x"))
                        .call();
            case FOREIGN_CREDENTIAL ->
                store.engine().client("pk_nothing").resources().get(NOWHERE).call();
            case ARGUMENT -> throw new IllegalArgumentException("secret");
            case NULL -> throw new NullPointerException("secret");
            case UNSUPPORTED -> throw new UnsupportedOperationException("secret");
            case STATE -> throw new IllegalStateException("secret");
        }
        throw new AssertionError("Expected an exception of " + kind);
    }

    private static PlinthException refused(Runnable call) {
        return catchThrowableOfType(PlinthException.class, call::run);
    }

    private void assertTold(Problem problem) {
        assertThat(problem.status()).isEqualTo(kind.status);
        assertThat(problem.code()).isEqualTo(kind.code);
        assertThat(problem.retryable()).isEqualTo(kind.retryable);
        assertThat(problem.detail()).doesNotContain("secret");
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void operation_codeThrows_tellsTheProblem(Kind each) {
        kind = each;

        assertTold(refused(() -> client().resources()
                        .run(resource, "on", Json.EMPTY_OBJECT)
                        .call())
                .problem());
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void guard_codeThrows_tellsTheProblem(Kind each) {
        kind = each;
        Call call = Call.of("POST", "/x").withKey(store.key()).withBody("{}".getBytes(UTF_8));

        Reply reply = store.engine().guard().handle(call, request -> {
            fail(request.workspace());
            throw new AssertionError();
        });

        assertTold(Problem.of(Json.of(reply.text())));
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void unitOfWork_codeThrows_letsTheExceptionPass(Kind each) {
        kind = each;

        Throwable met = catchThrowableOfType(
                RuntimeException.class,
                () -> store.engine().transact(workspace, unit -> {
                    fail(store.engine().workspace(workspace));
                    return "";
                }));

        if (kind.hasProblem()) {
            assertTold(((PlinthException) met).problem());
        } else if (kind != Kind.FOREIGN_CREDENTIAL) {
            assertThat(met).hasMessage("secret");
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void job_codeThrows_failsTheAttemptWithTheProblem(Kind each) throws Exception {
        kind = each;

        Job job = ended("fail");

        assertThat(job.status()).isEqualTo(JobStatus.FAILED);
        assertThat(code(job)).isEqualTo(kind.hasProblem() ? kind.code : "handler_failed");
        assertThat(String.valueOf(job.json())).doesNotContain("secret");
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void listener_codeThrows_isLoggedWithTheProblem(Kind each) throws InterruptedException {
        kind = each;
        String told =
                kind.hasProblem() ? kind.code : kind == Kind.FOREIGN_CREDENTIAL ? "invalid_token" : "failed on event";
        try (CapturedLog log = CapturedLog.showing(line -> {
            if (line.contains("Listener fails") && line.contains(told)) {
                logged.countDown();
            }
        })) {
            client().publish("it.fails", Json.EMPTY_OBJECT).call();

            assertThat(logged.await(60, TimeUnit.SECONDS))
                    .as(() -> String.valueOf(log.lines()))
                    .isTrue();
        }
    }

    @Test
    void listener_codeThrowsACheckedException_isLoggedAndComesAgain() throws InterruptedException {
        thrown = new IOException("no room");
        try (CapturedLog log = CapturedLog.showing(line -> {
            if (line.contains("Listener fails") && line.contains("failed on event")) {
                logged.countDown();
            }
        })) {
            client().publish("it.throws", Json.EMPTY_OBJECT).call();

            assertThat(logged.await(60, TimeUnit.SECONDS))
                    .as(() -> String.valueOf(log.lines()))
                    .isTrue();
        }
    }

    @Test
    void refusal_withoutAReason_doesNotSayNull() {
        thrown = new OperationRefused(null);

        Problem problem = refusedByCode();

        assertThat(problem.status()).isEqualTo(422);
        assertThat(problem.detail()).isEqualTo("The code of the host gave no reason. Ask the operator of the service.");
    }

    @Test
    void refusal_ofThreeMegabytes_isCutAndStays422() {
        thrown = new OperationRefused("x".repeat(3 * 1024 * 1024));

        Problem problem = refusedByCode();

        assertThat(problem.status()).isEqualTo(422);
        assertThat(problem.retryable()).isFalse();
        assertThat(problem.detail()).isEqualTo("x".repeat(Limits.DESCRIPTION_LENGTH_MAX));
    }

    @Test
    void failure_withoutAReason_doesNotSayNull() throws Exception {
        thrown = new JobFailure("card_declined", null, false);

        Job job = ended("refuse");

        assertThat(code(job)).isEqualTo("card_declined");
        assertThat(job.json().toString()).contains("The code of the host gave no reason.");
    }

    private Problem refusedByCode() {
        return refused(() -> client().resources()
                        .run(resource, "refuse", Json.EMPTY_OBJECT)
                        .idempotencyKey("k")
                        .call())
                .problem();
    }

    private Job ended(String type) throws Exception {
        String id = client().startJob(NewJob.of(type).withMaxAttempts(1)).call().jobId();
        return client().awaitJob(id, Duration.ofSeconds(60));
    }

    private static Object code(Job job) {
        return job.error().orElseThrow().asMap().get("code");
    }
}
