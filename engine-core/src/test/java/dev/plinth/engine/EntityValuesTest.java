package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.AcceptedJob;
import dev.plinth.engine.api.ApiKey;
import dev.plinth.engine.api.BatchResult;
import dev.plinth.engine.api.Child;
import dev.plinth.engine.api.Delivery;
import dev.plinth.engine.api.Event;
import dev.plinth.engine.api.HealthReport;
import dev.plinth.engine.api.Job;
import dev.plinth.engine.api.Lease;
import dev.plinth.engine.api.LeasedJob;
import dev.plinth.engine.api.LoggedRequest;
import dev.plinth.engine.api.PlanUse;
import dev.plinth.engine.api.Problem;
import dev.plinth.engine.api.RateLimit;
import dev.plinth.engine.api.RegisteredPlan;
import dev.plinth.engine.api.Resource;
import dev.plinth.engine.api.Share;
import dev.plinth.engine.api.TableUse;
import dev.plinth.engine.api.WebhookEndpoint;
import dev.plinth.engine.api.WebhookTest;
import dev.plinth.engine.api.Workspace;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each member of an object that answers show has an accessor in Java, and each accessor a member. */
final class EntityValuesTest {
    private static final TestEngine STORE = TestEngine.inMemory();
    private static final OpenApiDocument DOCUMENT = OpenApiDocument.of(STORE.engine());

    private static final Set<String> OF_EACH = Set.of("json", "toString");

    /** Objects without a value of their own, with the reason. */
    private static final Map<String, String> WITHOUT = Map.ofEntries(
            Map.entry("BatchResults", "PlinthClient.batch gives its items"),
            Map.entry("Caused", "LoggedRequest.events and LoggedRequest.jobs"),
            Map.entry("Clock", "ManualClock"),
            Map.entry("Deleted", "a method that deletes gives the id"),
            Map.entry("FirstChildren", "Resource.children gives a page"),
            Map.entry("Health", "Engine.isHealthy"),
            Map.entry("JobProblem", "Job.error is the JSON of the failure"),
            Map.entry("Leases", "LeasesClient.take gives its items"),
            Map.entry("Links", "links for readers of HTTP"),
            Map.entry("LoggedError", "LoggedRequest.errors gives a ProblemError of each"),
            Map.entry("NodeHealth", "Engine.role, Engine.position and Engine.leader"),
            Map.entry("Plans", "AdminClient.plans gives its items"),
            Map.entry("Progress", "Job.progress is the JSON of the worker"),
            Map.entry("Root", "links for readers of HTTP"),
            Map.entry("Tables", "AdminClient.tables gives its items"),
            Map.entry("TestData", "Event.data is JSON"),
            Map.entry("Unshared", "SharesClient.revoke gives the id of the workspace"));

    @AfterAll
    static void close() {
        STORE.close();
    }

    static Stream<Arguments> values() {
        Map<String, List<String>> own = Map.of();
        return Stream.of(
                Arguments.of(
                        List.of("Resource"),
                        Resource.class,
                        Map.of("shared", List.of("access", "role", "ownerWorkspaceId"))),
                Arguments.of(List.of("Child"), Child.class, own),
                Arguments.of(List.of("Share", "EndedShare"), Share.class, own),
                Arguments.of(List.of("Job"), Job.class, own),
                Arguments.of(
                        List.of("LeasedJob"), LeasedJob.class, Map.of("job", List.copyOf(DOCUMENT.membersOf("Job")))),
                Arguments.of(List.of("LeaseEnd"), Lease.class, Map.of("expiresAt", List.of("leaseExpiresAt"))),
                Arguments.of(List.of("AcceptedJob"), AcceptedJob.class, Map.of("jobId", List.of("job_id"))),
                Arguments.of(List.of("Problem"), Problem.class, own),
                Arguments.of(List.of("BatchResult"), BatchResult.class, own),
                Arguments.of(List.of("Event"), Event.class, own),
                Arguments.of(
                        List.of("WebhookEndpoint"),
                        WebhookEndpoint.class,
                        Map.of("enabled", List.of("status"), "ordered", List.of("ordering"))),
                Arguments.of(List.of("WebhookTest"), WebhookTest.class, Map.of("duration", List.of("durationMillis"))),
                Arguments.of(List.of("Delivery"), Delivery.class, own),
                Arguments.of(
                        List.of("DeliveryAttempt"),
                        Delivery.Attempt.class,
                        Map.of("duration", List.of("durationMillis"))),
                Arguments.of(List.of("Workspace"), Workspace.class, Map.of("suspended", List.of("status"))),
                Arguments.of(List.of("Key"), ApiKey.class, own),
                Arguments.of(
                        List.of("LoggedRequest"),
                        LoggedRequest.class,
                        Map.of(
                                "byHost", List.of("caller"),
                                "duration", List.of("durationMicros"),
                                "events", List.of("caused"),
                                "jobs", List.of("caused"))),
                Arguments.of(
                        List.of("RateLimits"),
                        RateLimit.class,
                        Map.of(
                                "limit", List.of("policies"),
                                "window", List.of("policies"),
                                "remaining", List.of("policies"),
                                "reset", List.of("policies"))),
                Arguments.of(
                        List.of("RatePolicy"),
                        RateLimit.Policy.class,
                        Map.of("window", List.of("windowSeconds"), "reset", List.of("resetSeconds"))),
                Arguments.of(List.of("Table"), TableUse.class, own),
                Arguments.of(List.of("TableWorkspace"), TableUse.Holder.class, own),
                Arguments.of(List.of("PlanUse"), PlanUse.class, own),
                Arguments.of(List.of("PlanLimit"), PlanUse.Limit.class, own),
                Arguments.of(List.of("PlanTable"), PlanUse.Table.class, own),
                Arguments.of(List.of("Plan"), RegisteredPlan.class, Map.of("window", List.of("windowSeconds"))),
                Arguments.of(
                        List.of("PlanPolicy"), RegisteredPlan.Policy.class, Map.of("window", List.of("windowSeconds"))),
                Arguments.of(List.of("PlanShare"), RegisteredPlan.Share.class, own),
                Arguments.of(
                        List.of("HealthHistory"), HealthReport.class, Map.of("interval", List.of("intervalSeconds"))),
                Arguments.of(List.of("HealthPoint"), HealthReport.Point.class, own));
    }

    @ParameterizedTest
    @MethodSource("values")
    void entity_hasAnAccessorForEachMember_andNoOther(
            List<String> entities, Class<?> value, Map<String, List<String>> otherNames) {
        Set<String> read = new TreeSet<>();
        Arrays.stream(value.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers())
                        && !Modifier.isStatic(method.getModifiers())
                        && !method.isSynthetic())
                .map(Method::getName)
                .filter(name -> !OF_EACH.contains(name))
                .forEach(name -> read.addAll(otherNames.getOrDefault(name, List.of(name))));
        Set<String> shown = new TreeSet<>();
        entities.forEach(entity -> shown.addAll(DOCUMENT.membersOf(entity)));

        assertThat(read).as("members of %s that %s reads", entities, value).isEqualTo(shown);
    }

    @Test
    void entities_haveAValue_orAReason() {
        Set<String> known = new TreeSet<>(WITHOUT.keySet());
        values().forEach(each -> ((List<?>) each.get()[0]).forEach(name -> known.add(String.valueOf(name))));

        assertThat(DOCUMENT.namesInAnswers()).isEqualTo(known);
    }
}
