package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.JobFailure;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.KeyChange;
import dev.plinth.engine.api.LeaseRequest;
import dev.plinth.engine.api.NewEvent;
import dev.plinth.engine.api.NewJob;
import dev.plinth.engine.api.NewKey;
import dev.plinth.engine.api.NewResource;
import dev.plinth.engine.api.NewWebhookEndpoint;
import dev.plinth.engine.api.ResourceChange;
import dev.plinth.engine.api.Role;
import dev.plinth.engine.api.WebhookEndpointChange;
import dev.plinth.engine.api.WorkspaceChange;
import dev.plinth.engine.client.Invocation;
import dev.plinth.engine.client.Listing;
import dev.plinth.engine.client.PlinthClient;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Each route of the OpenAPI document has a method of the typed client that calls it. */
final class ClientRoutesTest {
    /** Routes without a method, with the reason. */
    private static final Map<String, String> WITHOUT = Map.ofEntries(
            Map.entry("advanceClock", "ManualClock.advance"),
            Map.entry("getClock", "ManualClock.now"),
            Map.entry("getMetrics", "Engine.figures gives the figures as values"),
            Map.entry("getOpenApi", "a document for other programs"),
            Map.entry("getRoot", "links for readers of HTTP"),
            Map.entry("isLeader", "Engine.role"),
            Map.entry("isLive", "Engine.isHealthy"),
            Map.entry("isReady", "Engine.isHealthy and Engine.role"),
            Map.entry("reloadConfig", "the host has set the settings itself"),
            Map.entry("streamEvents", "an EngineEventListener hears events in this JVM"),
            Map.entry("reset", "a test opens another engine"));

    private static final Map<Class<?>, Object> SAMPLES = Map.ofEntries(
            Map.entry(String.class, "x"),
            Map.entry(String[].class, new String[] {"x"}),
            Map.entry(List.class, List.of()),
            Map.entry(Json.class, Json.EMPTY_OBJECT),
            Map.entry(Duration.class, Duration.ofSeconds(1)),
            Map.entry(Instant.class, Instant.EPOCH),
            Map.entry(Role.class, Role.READER),
            Map.entry(long.class, 1L),
            Map.entry(boolean.class, true),
            Map.entry(NewResource.class, NewResource.of("x")),
            Map.entry(ResourceChange.class, ResourceChange.NONE),
            Map.entry(JobFailure.class, new JobFailure("x", "y", true)),
            Map.entry(NewJob.class, NewJob.of("x")),
            Map.entry(LeaseRequest.class, LeaseRequest.of("x")),
            Map.entry(NewEvent.class, NewEvent.of("x", Json.EMPTY_OBJECT)),
            Map.entry(NewKey.class, NewKey.of("x")),
            Map.entry(KeyChange.class, KeyChange.NONE),
            Map.entry(NewWebhookEndpoint.class, NewWebhookEndpoint.of("x")),
            Map.entry(WebhookEndpointChange.class, WebhookEndpointChange.NONE),
            Map.entry(WorkspaceChange.class, WorkspaceChange.NONE));

    @Test
    void routes_haveAMethodOfTheClient_orAReason() throws Exception {
        try (TestEngine store = TestEngine.inMemory()) {
            PlinthClient client = store.engine().client(store.key());
            Set<String> called = new TreeSet<>();
            for (Object each : List.of(
                    client,
                    client.resources(),
                    client.children("x"),
                    client.shares("x"),
                    client.keys(),
                    client.webhooks(),
                    client.leases(),
                    store.engine().admin())) {
                called.addAll(routesOf(each));
            }
            Set<String> routes = new TreeSet<>(
                    OpenApiDocument.of(store.engine()).operations().keySet());
            routes.removeAll(WITHOUT.keySet());

            assertThat(called).isEqualTo(routes);
        }
    }

    private static Set<String> routesOf(Object client) throws ReflectiveOperationException {
        Set<String> routes = new TreeSet<>();
        for (Method method : client.getClass().getMethods()) {
            boolean calls = method.getReturnType() == Invocation.class || method.getReturnType() == Listing.class;
            if (calls && !Modifier.isStatic(method.getModifiers())) {
                Object[] arguments = Stream.of(method.getParameterTypes())
                        .map(type -> Objects.requireNonNull(SAMPLES.get(type), () -> "No sample of " + type))
                        .toArray();
                Object made = method.invoke(client, arguments);
                Object invocation = made instanceof Listing ? field(made, "filtered") : made;
                routes.add(String.valueOf(field(invocation, "operation")));
            }
        }
        return routes;
    }

    private static Object field(Object owner, String name) throws ReflectiveOperationException {
        Field field = owner.getClass().getDeclaredField(name);
        field.setAccessible(true);
        return Objects.requireNonNull(field.get(owner), name);
    }
}
