package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.NewJob;
import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.api.Problem;
import dev.plinth.engine.api.ProblemError;
import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.settings.Plan;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests what a refusal tells a host that uses the typed client. */
final class PlinthExceptionTest {
    private final Engine engine =
            Engine.builder().plan(Plan.perMinute("slow", 2)).open();
    private final String workspace =
            engine.admin().createWorkspace("acme", "slow").call().id();
    private final String key =
            engine.admin().createKey(workspace, "k").call().secret().orElseThrow();
    private final PlinthClient client = engine.client(key);

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    void retryAfter_ofALimitThatIsReached_isThatOfTheWire() {
        client.workspace().call();
        client.workspace().call();
        PlinthException refused = refusal(() -> client.workspace().call());
        String seconds =
                engine.call(Call.of("GET", "/v1/workspace").withKey(key)).header("Retry-After");

        assertThat(refused.code()).isEqualTo("rate_limited");
        assertThat(refused.retryAfter())
                .hasValueSatisfying(wait -> assertThat(wait).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(60)));
        assertThat(seconds).isNotNull();
    }

    @Test
    void retryAfter_ofARefusalWithoutAdvice_isEmpty() {
        assertThat(refusal(() -> client.resources().get("res_nothing").call()).retryAfter())
                .isEmpty();
    }

    @Test
    void retryAfter_ofWorkWhoseKeyIsInUse_isThere() {
        AtomicReference<PlinthException> inside = new AtomicReference<>();
        engine.idempotent(workspace, "k", "pay", () -> {
            inside.set(refusal(() -> engine.idempotent(workspace, "k", "pay", () -> Json.EMPTY_OBJECT)));
            return Json.EMPTY_OBJECT;
        });

        assertThat(inside.get().code()).isEqualTo("idempotency_key_in_use");
        assertThat(inside.get().retryAfter()).hasValue(Duration.ofSeconds(1));
    }

    @Test
    void problem_ofANewerServer_keepsWhatThisReleaseDoesNotKnow() {
        Json newer = Json.of(
                "{\"type\":\"t\",\"title\":\"x\",\"status\":422,\"detail\":\"d\",\"code\":\"c\",\"requestId\":\"r\","
                        + "\"retryable\":true,\"errors\":[{\"header\":\"h\",\"code\":\"e\",\"detail\":\"f\"}],\"newer\":1}");

        Problem problem = Problem.of(newer);

        assertThat(problem.json()).isEqualTo(newer);
        assertThat(problem.operation()).isEqualTo(-1);
        assertThat(problem.errors()).containsExactly(ProblemError.of(ProblemError.Source.UNKNOWN, "", "e", "f"));
    }

    @Test
    void exception_writtenToAStreamOfObjects_isReadWithItsProblem() throws Exception {
        PlinthException sent = refusal(() -> client.job("job_x").call());
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(sent);
        }

        PlinthException read;
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            read = (PlinthException) in.readObject();
        }

        assertThat(read.problem()).isEqualTo(sent.problem());
    }

    @Test
    void message_ofInvalidInput_hasTheFirstErrorsWithTheirPlace() {
        PlinthException body = refusal(() -> client.startJob(NewJob.of("", Json.of("[]"))
                        .onResource("r")
                        .withPriority(5)
                        .withUniqueKey("")
                        .withMaxAttempts(0))
                .call());
        PlinthException query = refusal(() -> client.resources().list().limit(0).call());

        assertThat(body.problem().errors()).hasSizeGreaterThan(3);
        assertThat(body)
                .hasMessageStartingWith("validation_failed: " + body.problem().detail() + " [/type: type must ")
                .hasMessageEndingWith("; and " + (body.problem().errors().size() - 3) + " more]");
        assertThat(query)
                .hasMessageStartingWith("parameter_invalid: ")
                .hasMessageContaining(" [parameter limit: ")
                .hasMessageEndingWith("]");
    }

    @Test
    void exception_serializedAndBack_saysTheSame() throws Exception {
        PlinthException before = refusal(
                () -> client.resources().list().limit(0).where("status", "x").call());
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(before);
        }
        PlinthException after;
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            after = (PlinthException) in.readObject();
        }

        assertThat(after).hasMessage(before.getMessage());
        assertThat(after.code()).isEqualTo("parameter_invalid");
        assertThat(after.problem()).isEqualTo(before.problem());
        assertThat(after.retryAfter()).isEqualTo(before.retryAfter());
    }

    private static PlinthException refusal(ThrowingCallable call) {
        return catchThrowableOfType(PlinthException.class, call);
    }
}
