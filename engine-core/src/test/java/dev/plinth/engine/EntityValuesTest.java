package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.ApiKey;
import dev.plinth.engine.api.Child;
import dev.plinth.engine.api.Delivery;
import dev.plinth.engine.api.Event;
import dev.plinth.engine.api.Job;
import dev.plinth.engine.api.LoggedRequest;
import dev.plinth.engine.api.Resource;
import dev.plinth.engine.api.Share;
import dev.plinth.engine.api.WebhookEndpoint;
import dev.plinth.engine.api.Workspace;
import dev.plinth.engine.internal.access.Keys;
import dev.plinth.engine.internal.access.Workspaces;
import dev.plinth.engine.internal.event.Events;
import dev.plinth.engine.internal.job.Jobs;
import dev.plinth.engine.internal.requestlog.RequestLog;
import dev.plinth.engine.internal.resource.Children;
import dev.plinth.engine.internal.resource.Resources;
import dev.plinth.engine.internal.resource.Shares;
import dev.plinth.engine.internal.shape.Entity;
import dev.plinth.engine.internal.webhook.Deliveries;
import dev.plinth.engine.internal.webhook.Endpoints;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each member of the wire has an accessor in Java, and each accessor a member. */
class EntityValuesTest {
    private static final Set<String> OF_EACH = Set.of("json", "toString");

    static Stream<Arguments> values() {
        return Stream.of(
                Arguments.of(
                        Resources.ENTITY,
                        Resource.class,
                        Map.of("shared", List.of("access", "role", "ownerWorkspaceId"))),
                Arguments.of(Children.ENTITY, Child.class, Map.of()),
                Arguments.of(Shares.ENTITY, Share.class, Map.of()),
                Arguments.of(Jobs.ENTITY, Job.class, Map.of()),
                Arguments.of(Events.ENTITY, Event.class, Map.of()),
                Arguments.of(
                        Endpoints.ENTITY,
                        WebhookEndpoint.class,
                        Map.of("enabled", List.of("status"), "ordered", List.of("ordering"))),
                Arguments.of(Deliveries.ENTITY, Delivery.class, Map.of()),
                Arguments.of(Workspaces.ENTITY, Workspace.class, Map.of("suspended", List.of("status"))),
                Arguments.of(Keys.ENTITY, ApiKey.class, Map.of()),
                Arguments.of(
                        RequestLog.ENTITY,
                        LoggedRequest.class,
                        Map.of(
                                "byHost", List.of("caller"),
                                "duration", List.of("durationMicros"),
                                "events", List.of("caused"),
                                "jobs", List.of("caused"))));
    }

    @ParameterizedTest
    @MethodSource("values")
    void entity_hasAnAccessorForEachMember_andNoOther(
            Entity entity, Class<?> value, Map<String, List<String>> otherNames) {
        Set<String> members = new TreeSet<>();
        Arrays.stream(value.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers())
                        && !Modifier.isStatic(method.getModifiers())
                        && !method.isSynthetic())
                .map(Method::getName)
                .filter(name -> !OF_EACH.contains(name))
                .forEach(name -> members.addAll(otherNames.getOrDefault(name, List.of(name))));

        assertThat(members)
                .as("members of %s that %s reads", entity.name(), value.getSimpleName())
                .isEqualTo(new TreeSet<>(
                        entity.members().stream().map(Entity.Shown::name).toList()));
    }
}
