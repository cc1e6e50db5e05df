package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import dev.plinth.engine.api.BatchOperation;
import dev.plinth.engine.api.BulkOperation;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.KeyChange;
import dev.plinth.engine.api.KeyMode;
import dev.plinth.engine.api.LeaseRequest;
import dev.plinth.engine.api.NewEvent;
import dev.plinth.engine.api.NewJob;
import dev.plinth.engine.api.NewKey;
import dev.plinth.engine.api.NewResource;
import dev.plinth.engine.api.NewWebhookEndpoint;
import dev.plinth.engine.api.ResourceChange;
import dev.plinth.engine.api.Scope;
import dev.plinth.engine.api.WebhookEndpointChange;
import dev.plinth.engine.api.WireValue;
import dev.plinth.engine.api.WorkspaceChange;
import dev.plinth.engine.internal.json.JsonValue;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each request of the typed API has the members of its body on the wire, and a method for each of them. */
final class RequestValuesTest {
    private static final TestEngine STORE = TestEngine.inMemory();
    private static final OpenApiDocument DOCUMENT = OpenApiDocument.of(STORE.engine());

    private static final Map<Class<?>, Object> SAMPLES = Map.ofEntries(
            Map.entry(String.class, "x"),
            Map.entry(String[].class, new String[] {"x"}),
            Map.entry(Scope[].class, new Scope[] {Scope.JOBS_READ}),
            Map.entry(KeyMode.class, KeyMode.TEST),
            Map.entry(Json.class, Json.EMPTY_OBJECT),
            Map.entry(Map.class, Map.of("k", "v")),
            Map.entry(List.class, List.of("x")),
            Map.entry(Duration.class, Duration.ofSeconds(5)),
            Map.entry(Instant.class, Instant.EPOCH),
            Map.entry(NewResource.class, NewResource.of("x").ofType("x")),
            Map.entry(
                    ResourceChange.class,
                    ResourceChange.NONE.withName("x").withoutData().withMetadata(Map.of())),
            Map.entry(int.class, 1),
            Map.entry(long.class, 1L),
            Map.entry(boolean.class, true));

    @AfterAll
    static void close() {
        STORE.close();
    }

    static Stream<Arguments> bodies() {
        return Stream.of(
                Arguments.of(NewResource.class, DOCUMENT.bodySchema("createResource")),
                Arguments.of(NewResource.class, DOCUMENT.bodySchema("createChild")),
                Arguments.of(ResourceChange.class, DOCUMENT.bodySchema("updateResource")),
                Arguments.of(ResourceChange.class, DOCUMENT.bodySchema("updateChild")),
                Arguments.of(BulkOperation.class, operations("bulkResources")),
                Arguments.of(BatchOperation.class, operations("batch")),
                Arguments.of(BatchOperation.class, operations("completeJob")),
                Arguments.of(NewJob.class, DOCUMENT.bodySchema("createJob")),
                Arguments.of(LeaseRequest.class, DOCUMENT.bodySchema("leaseJobs")),
                Arguments.of(NewEvent.class, DOCUMENT.bodySchema("publishEvent")),
                Arguments.of(NewKey.class, DOCUMENT.bodySchema("createKey")),
                Arguments.of(NewKey.class, DOCUMENT.bodySchema("createKeyFor")),
                Arguments.of(KeyChange.class, DOCUMENT.bodySchema("updateKey")),
                Arguments.of(NewWebhookEndpoint.class, DOCUMENT.bodySchema("createWebhookEndpoint")),
                Arguments.of(WebhookEndpointChange.class, DOCUMENT.bodySchema("updateWebhookEndpoint")),
                Arguments.of(WorkspaceChange.class, DOCUMENT.bodySchema("updateWorkspace")));
    }

    private static JsonValue.Obj operations(String route) {
        JsonValue.Obj members = OpenApiDocument.member(DOCUMENT.bodySchema(route), "properties");
        return OpenApiDocument.member(OpenApiDocument.member(members, "operations"), "items");
    }

    @ParameterizedTest
    @MethodSource("bodies")
    void request_hasAMethodForEachMemberOfItsBody_andNoOther(Class<? extends WireValue> type, JsonValue.Obj schema)
            throws Exception {
        Set<String> made = new LinkedHashSet<>();
        for (Object start : starts(type)) {
            made.addAll(((WireValue) start).json().asMap().keySet());
            for (Method method : type.getMethods()) {
                if (method.getReturnType() == type && !Modifier.isStatic(method.getModifiers())) {
                    made.addAll(((WireValue) call(method, start)).json().asMap().keySet());
                }
            }
        }

        assertThat(made).containsExactlyInAnyOrderElementsOf(members(schema));
    }

    @ParameterizedTest
    @MethodSource("bodies")
    void of_membersInAnyOrder_keepsThemInTheOrderOfTheWire(Class<? extends WireValue> type, JsonValue.Obj schema) {
        List<String> names = new ArrayList<>(members(schema));
        Map<String, Object> sent = new LinkedHashMap<>();
        Collections.reverse(names);
        names.forEach(name -> sent.put(name, "x"));

        WireValue read = Json.of(sent).as(type);

        assertThat(read.json().asMap().keySet()).containsExactlyElementsOf(members(schema));
        assertThat(read)
                .isEqualTo(read.json().as(type))
                .hasSameHashCodeAs(read.json().as(type));
    }

    @ParameterizedTest
    @MethodSource("bodies")
    void of_unknownMember_isRefusedByItsName(Class<? extends WireValue> type, JsonValue.Obj schema) {
        Map<String, Object> sent = new LinkedHashMap<>();
        members(schema).forEach(name -> sent.put(name, "x"));
        sent.put("unheardOf", 1);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> Json.of(sent).as(type))
                .withMessageStartingWith("Unknown member \"unheardOf\". The members are [");
    }

    @Test
    void of_requiredMemberIsMissing_isRefusedByItsName() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NewResource.of(Json.of("{\"type\":\"a\"}")))
                .withMessage("Member \"name\" must be there, and is missing.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NewEvent.of(Json.of("{\"type\":\"a\"}")))
                .withMessage("Member \"data\" must be there, and is missing.");
    }

    @Test
    void requests_withTheSameMembers_areEqualInAnyOrderOfTheirMethods() {
        NewJob one = NewJob.of("t").withPriority(1).withUniqueKey("k");
        NewJob other = NewJob.of("t").withUniqueKey("k").withPriority(1);

        assertThat(one).isEqualTo(other).hasSameHashCodeAs(other).isNotEqualTo(one.withPriority(2));
        assertThat(one.json()).hasToString("{\"type\":\"t\",\"input\":{},\"priority\":1,\"uniqueKey\":\"k\"}");
        assertThat(one).hasToString("NewJob[" + one.json() + "]");
    }

    @Test
    void values_ofTheCallerThatChangeLater_areCopied() {
        Map<String, String> metadata = new LinkedHashMap<>(Map.of("a", "1"));
        NewResource resource = NewResource.of("n").withMetadata(metadata);

        metadata.put("b", "2");

        assertThat(resource.json()).hasToString("{\"name\":\"n\",\"metadata\":{\"a\":\"1\"}}");
    }

    @Test
    void nullInsideOfACollection_isRefused() {
        assertThatNullPointerException().isThrownBy(() -> NewWebhookEndpoint.of("u", "a", null));
        assertThatNullPointerException().isThrownBy(() -> LeaseRequest.of("a", null));
    }

    @Test
    void headers_mayHoldSecrets_areNotShown() {
        Map<String, String> headers = Map.of("authorization", "secret");

        assertThat(NewWebhookEndpoint.of("u", "a.*").withHeaders(headers))
                .hasToString("NewWebhookEndpoint[\"u\", [\"a.*\"]]");
        assertThat(WebhookEndpointChange.NONE.withHeaders(headers)).hasToString("WebhookEndpointChange[null, null]");
    }

    @Test
    void duration_withAPartOfASecond_isRefused() {
        Duration part = Duration.ofMillis(1500);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LeaseRequest.of("t").lasting(part))
                .withMessage("lease must be whole seconds, got PT1.5S. Round it, such as with truncatedTo.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LeaseRequest.of("t").awaiting(part))
                .withMessageStartingWith("atMost must be whole seconds");
    }

    private static Set<String> members(JsonValue.Obj schema) {
        return OpenApiDocument.member(schema, "properties").members().keySet();
    }

    private static List<Object> starts(Class<?> type) throws ReflectiveOperationException {
        List<Object> starts = new ArrayList<>();
        for (Method method : type.getMethods()) {
            boolean reads = Arrays.equals(method.getParameterTypes(), new Class<?>[] {Json.class});
            if (Modifier.isStatic(method.getModifiers()) && method.getReturnType() == type && !reads) {
                starts.add(call(method, null));
            }
        }
        if (starts.isEmpty()) {
            starts.add(Objects.requireNonNull(type.getField("NONE").get(null)));
        }
        return starts;
    }

    private static Object call(Method method, @Nullable Object target) throws ReflectiveOperationException {
        Object[] arguments = Stream.of(method.getParameterTypes())
                .map(parameter -> Objects.requireNonNull(SAMPLES.get(parameter), () -> "No sample of " + parameter))
                .toArray();
        return method.invoke(target, arguments);
    }
}
