package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.BulkOperation;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.GraceTimes;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.KeyChange;
import dev.plinth.engine.api.KeyMode;
import dev.plinth.engine.api.LeaseRequest;
import dev.plinth.engine.api.ManualClock;
import dev.plinth.engine.api.NewEvent;
import dev.plinth.engine.api.NewJob;
import dev.plinth.engine.api.NewKey;
import dev.plinth.engine.api.NewResource;
import dev.plinth.engine.api.NewWebhookEndpoint;
import dev.plinth.engine.api.Places;
import dev.plinth.engine.api.Plan;
import dev.plinth.engine.api.ResourceChange;
import dev.plinth.engine.api.RetentionTimes;
import dev.plinth.engine.api.Role;
import dev.plinth.engine.api.WebhookEndpointChange;
import dev.plinth.engine.api.WireIdentity;
import dev.plinth.engine.api.WorkspaceChange;
import dev.plinth.engine.api.WorkspaceImport;
import dev.plinth.engine.client.AdminClient;
import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.log.Node;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Each method of the clients and each record for what goes in refuses null, and names it. */
final class NullArgumentsTest {
    private static final Map<Class<?>, Object> VALUES = Map.ofEntries(
            Map.entry(String.class, "x"),
            Map.entry(String[].class, new String[] {"x"}),
            Map.entry(Json.class, Json.EMPTY_OBJECT),
            Map.entry(List.class, List.of()),
            Map.entry(Map.class, Map.of()),
            Map.entry(Set.class, Set.of()),
            Map.entry(Optional.class, Optional.empty()),
            Map.entry(Duration.class, Duration.ofSeconds(1)),
            Map.entry(Instant.class, Instant.EPOCH),
            Map.entry(Role.class, Role.READER),
            Map.entry(KeyMode.class, KeyMode.LIVE),
            Map.entry(NewResource.class, NewResource.named("x")),
            Map.entry(NewKey.class, NewKey.named("x")),
            Map.entry(NewJob.class, NewJob.of("x")),
            Map.entry(NewEvent.class, NewEvent.of("x", Json.EMPTY_OBJECT)),
            Map.entry(NewWebhookEndpoint.class, NewWebhookEndpoint.to("x")),
            Map.entry(ResourceChange.class, ResourceChange.named("x")),
            Map.entry(KeyChange.class, KeyChange.NONE.withName("x")),
            Map.entry(WebhookEndpointChange.class, WebhookEndpointChange.NONE),
            Map.entry(WorkspaceChange.class, WorkspaceChange.NONE.withName("x")),
            Map.entry(BulkOperation.Action.class, BulkOperation.Action.PAUSE),
            Map.entry(Path.class, Path.of("x")),
            Map.entry(WorkspaceImport.class, WorkspaceImport.of(Path.of("x"), Path.of("x"))),
            Map.entry(LeaseRequest.class, LeaseRequest.of("x")),
            Map.entry(ByteBudget.class, new ByteBudget("x", 1, 1, 0)),
            Map.entry(StreamPlaces.class, new StreamPlaces()),
            Map.entry(ByteBudget.Share.class, new ByteBudget("x", 1, 1, 0).share(() -> "x")),
            Map.entry(Call.class, Call.of("GET", "/x")),
            Map.entry(Class.class, WireIdentity.class),
            Map.entry(Plan.class, Plan.perMinute("x", 1)),
            Map.entry(Places.class, new Places(1, 1, 1)),
            Map.entry(Node.class, new Node("x", Optional.empty())),
            Map.entry(RetentionTimes.class, RetentionTimes.DEFAULT),
            Map.entry(GraceTimes.class, GraceTimes.DEFAULT),
            Map.entry(WireIdentity.class, WireIdentity.DEFAULT),
            Map.entry(ManualClock.class, ManualClock.startingAt(Instant.EPOCH)),
            Map.entry(int.class, 1),
            Map.entry(long.class, 1L),
            Map.entry(boolean.class, true));

    private final List<String> wrong = new ArrayList<>();
    private int checked;

    @Test
    void methodsOfClients_null_isNamed() throws Exception {
        try (Engine engine = Engine.inMemory()) {
            PlinthClient client = engine.workspace("ws_00000000000000000000000000");
            AdminClient admin = engine.admin();
            for (Object target : List.of(
                    client,
                    admin,
                    client.resources(),
                    client.children("x"),
                    client.shares("x"),
                    client.keys(),
                    client.webhooks(),
                    client.leases(),
                    client.jobs(),
                    client.job("x"))) {
                for (Method method : target.getClass().getMethods()) {
                    if (method.getDeclaringClass().getPackageName().startsWith("dev.plinth")
                            && !Modifier.isStatic(method.getModifiers())
                            && !method.isBridge()) {
                        check(method, arguments -> method.invoke(target, arguments));
                    }
                }
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(checked).isGreaterThan(90);
    }

    @Test
    void recordsForWhatGoesIn_null_isNamed() throws Exception {
        for (Class<?> type : List.of(
                NewResource.class,
                NewKey.class,
                NewJob.class,
                NewEvent.class,
                NewWebhookEndpoint.class,
                ResourceChange.class,
                KeyChange.class,
                WebhookEndpointChange.class,
                WorkspaceChange.class,
                BulkOperation.class,
                WireIdentity.class,
                LeaseRequest.class,
                CallBudgets.class,
                ByteBudget.class,
                BodyBuffer.class)) {
            Constructor<?> constructor = type.getConstructors()[0];
            check(constructor, constructor::newInstance);
        }
        assertThat(wrong).isEmpty();
        assertThat(checked).isGreaterThan(20);
    }

    @Test
    void methodsOfBuilderAndEngine_null_isNamed() throws Exception {
        for (Method method : EngineBuilder.class.getMethods()) {
            if (method.getDeclaringClass() == EngineBuilder.class) {
                check(method, arguments -> method.invoke(Engine.builder(), arguments));
            }
        }
        try (Engine engine = Engine.inMemory()) {
            for (Method method : Engine.class.getMethods()) {
                if (method.getDeclaringClass() == Engine.class) {
                    check(method, arguments -> method.invoke(engine, arguments));
                }
            }
        }
        for (Method method : Call.class.getMethods()) {
            if (method.getDeclaringClass() == Call.class && !method.getName().equals("equals")) {
                check(method, arguments -> method.invoke(Call.of("GET", "/x"), arguments));
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(checked).isGreaterThan(60);
    }

    /** Returns a value of a type, or an object that does nothing for an interface. */
    private static @Nullable Object valueOf(Class<?> type) {
        Object value = VALUES.get(type);
        if (value == null && type.isEnum()) {
            return type.getEnumConstants()[0];
        }
        if (value == null && type.isInterface()) {
            return Proxy.newProxyInstance(
                    NullArgumentsTest.class.getClassLoader(),
                    new Class<?>[] {type},
                    (proxy, method, arguments) -> null);
        }
        return value;
    }

    /** Calls code with arguments. */
    @FunctionalInterface
    private interface Code {
        @Nullable
        Object call(@Nullable Object... arguments) throws ReflectiveOperationException;
    }

    private void check(Executable code, Code call) throws ReflectiveOperationException {
        Class<?>[] types = code.getParameterTypes();
        for (int i = 0; i < types.length; i++) {
            if (types[i].isPrimitive() || types[i].isArray()) {
                continue;
            }
            @Nullable Object[] arguments = new @Nullable Object[types.length];
            for (int j = 0; j < types.length; j++) {
                arguments[j] = valueOf(types[j]);
                assertThat(arguments[j])
                        .as("a value of " + types[j] + " for " + code)
                        .isNotNull();
            }
            arguments[i] = null;
            checked++;
            try {
                call.call(arguments);
                wrong.add(code + " takes null as its parameter " + i);
            } catch (InvocationTargetException e) {
                String message = String.valueOf(e.getCause().getMessage());
                if (!(e.getCause() instanceof NullPointerException)
                        || !message.matches("(?s)(The )?[a-zA-Z ]+( \"x\")? must not be null[.;].*")) {
                    wrong.add(code + ", parameter " + i + ": " + e.getCause());
                }
            }
        }
    }
}
