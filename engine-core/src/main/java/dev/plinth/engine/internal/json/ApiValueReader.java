package dev.plinth.engine.internal.json;

import dev.plinth.engine.api.AcceptedJob;
import dev.plinth.engine.api.ApiKey;
import dev.plinth.engine.api.BatchOperation;
import dev.plinth.engine.api.BatchResult;
import dev.plinth.engine.api.BulkOperation;
import dev.plinth.engine.api.Child;
import dev.plinth.engine.api.Delivery;
import dev.plinth.engine.api.Event;
import dev.plinth.engine.api.HealthReport;
import dev.plinth.engine.api.Job;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.KeyChange;
import dev.plinth.engine.api.Lease;
import dev.plinth.engine.api.LeaseRequest;
import dev.plinth.engine.api.LeasedJob;
import dev.plinth.engine.api.LoggedRequest;
import dev.plinth.engine.api.NewEvent;
import dev.plinth.engine.api.NewJob;
import dev.plinth.engine.api.NewKey;
import dev.plinth.engine.api.NewResource;
import dev.plinth.engine.api.NewWebhookEndpoint;
import dev.plinth.engine.api.Page;
import dev.plinth.engine.api.PlanUse;
import dev.plinth.engine.api.Problem;
import dev.plinth.engine.api.ProblemError;
import dev.plinth.engine.api.RateLimit;
import dev.plinth.engine.api.RegisteredPlan;
import dev.plinth.engine.api.Resource;
import dev.plinth.engine.api.ResourceChange;
import dev.plinth.engine.api.Share;
import dev.plinth.engine.api.TableUse;
import dev.plinth.engine.api.WebhookEndpoint;
import dev.plinth.engine.api.WebhookEndpointChange;
import dev.plinth.engine.api.WebhookTest;
import dev.plinth.engine.api.WireValue;
import dev.plinth.engine.api.Workspace;
import dev.plinth.engine.api.WorkspaceChange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Reads the values of the typed API from the JSON of the wire. Each value keeps its JSON. */
public final class ApiValueReader {
    private static final Map<Class<?>, Function<Json, ?>> READERS = Map.ofEntries(
            view(Resource.class, Resource::of),
            view(Child.class, Child::of),
            view(Share.class, Share::of),
            view(Job.class, Job::of),
            view(LeasedJob.class, LeasedJob::of),
            view(Lease.class, Lease::of),
            view(AcceptedJob.class, AcceptedJob::of),
            view(Event.class, Event::of),
            view(WebhookEndpoint.class, WebhookEndpoint::of),
            view(Delivery.class, Delivery::of),
            view(Delivery.Attempt.class, Delivery.Attempt::of),
            view(WebhookTest.class, WebhookTest::of),
            view(Workspace.class, Workspace::of),
            view(ApiKey.class, ApiKey::of),
            view(LoggedRequest.class, LoggedRequest::of),
            view(RateLimit.class, RateLimit::of),
            view(RateLimit.Policy.class, RateLimit.Policy::of),
            view(TableUse.class, TableUse::of),
            view(TableUse.Holder.class, TableUse.Holder::of),
            view(PlanUse.class, PlanUse::of),
            view(PlanUse.Limit.class, PlanUse.Limit::of),
            view(PlanUse.Table.class, PlanUse.Table::of),
            view(RegisteredPlan.class, RegisteredPlan::of),
            view(RegisteredPlan.Policy.class, RegisteredPlan.Policy::of),
            view(RegisteredPlan.Share.class, RegisteredPlan.Share::of),
            view(HealthReport.class, HealthReport::of),
            view(HealthReport.Point.class, HealthReport.Point::of),
            view(Problem.class, Problem::of),
            view(ProblemError.class, ProblemError::of),
            view(BatchResult.class, BatchResult::of),
            view(BatchOperation.class, BatchOperation::of),
            view(BulkOperation.class, BulkOperation::of),
            view(NewResource.class, NewResource::of),
            view(ResourceChange.class, ResourceChange::of),
            view(NewJob.class, NewJob::of),
            view(LeaseRequest.class, LeaseRequest::of),
            view(NewEvent.class, NewEvent::of),
            view(NewKey.class, NewKey::of),
            view(KeyChange.class, KeyChange::of),
            view(NewWebhookEndpoint.class, NewWebhookEndpoint::of),
            view(WebhookEndpointChange.class, WebhookEndpointChange::of),
            view(WorkspaceChange.class, WorkspaceChange::of));

    private ApiValueReader() {}

    /**
     * Reads JSON as a value of a type.
     *
     * @throws IllegalArgumentException if the JSON is no value of this type; the message says why
     */
    static <T extends WireValue> T read(Class<T> type, Json json) {
        Function<Json, ?> reader = READERS.get(type);
        if (reader == null) {
            throw new IllegalArgumentException("The type must be a value of the wire, got " + type.getName()
                    + ". Use a type of dev.plinth.engine.api.");
        }
        return type.cast(reader.apply(json));
    }

    /** Reads pages of values of a type. */
    public static <T extends WireValue> Function<Json, Page<T>> page(Class<T> type) {
        return json -> {
            JsonValue.Obj page = object(JsonReader.trusted(json.utf8()));
            return page(list(page, "data", type), truth(page, "hasMore"), optional(page, "nextCursor"));
        };
    }

    private static <T> Page<T> page(List<T> data, boolean hasMore, Optional<String> nextCursor) {
        Page<T> page = hasMore ? Page.of(data).withMore() : Page.of(data);
        return nextCursor.map(page::withNextCursor).orElse(page);
    }

    /** Reads the jobs of a worker. */
    public static List<LeasedJob> leased(Json json) {
        return list(object(JsonReader.trusted(json.utf8())), "data", LeasedJob.class);
    }

    /** Reads the use of the tables. */
    public static List<TableUse> tables(Json json) {
        return list(object(JsonReader.trusted(json.utf8())), "data", TableUse.class);
    }

    /** Reads the plans of an engine. */
    public static List<RegisteredPlan> plans(Json json) {
        return list(object(JsonReader.trusted(json.utf8())), "data", RegisteredPlan.class);
    }

    /** Reads the answer to a batch. */
    public static List<BatchResult> batch(Json json) {
        return list(object(JsonReader.trusted(json.utf8())), "results", BatchResult.class);
    }

    private static <T extends WireValue> List<T> list(JsonValue.Obj json, String name, Class<T> type) {
        List<T> values = new ArrayList<>();
        for (JsonValue item : items(json, name)) {
            values.add(read(type, Json.trusted(JsonBytes.compact(item))));
        }
        return List.copyOf(values);
    }

    private static <T> Map.Entry<Class<?>, Function<Json, ?>> view(Class<T> type, Function<Json, T> reader) {
        return Map.entry(type, reader);
    }

    static JsonValue.Obj object(JsonValue json) {
        if (json instanceof JsonValue.Obj object) {
            return object;
        }
        throw new IllegalArgumentException("The JSON must be an object, got " + json.kind() + ".");
    }

    private static <V extends JsonValue> V member(JsonValue.Obj json, String name, Class<V> kind, String expected) {
        JsonValue value = json.get(name);
        if (kind.isInstance(value)) {
            return kind.cast(value);
        }
        throw new IllegalArgumentException("Member \"" + name + "\" must be " + expected
                + (value == null ? ", and is missing." : ", got " + value.kind() + "."));
    }

    private static String text(JsonValue.Obj json, String name) {
        return member(json, name, JsonValue.Text.class, "a string").value();
    }

    private static Optional<String> optional(JsonValue.Obj json, String name) {
        JsonValue value = json.get(name);
        return value == null || value instanceof JsonValue.Null ? Optional.empty() : Optional.of(text(json, name));
    }

    private static boolean truth(JsonValue.Obj json, String name) {
        return member(json, name, JsonValue.Bool.class, "a boolean").value();
    }

    private static List<JsonValue> items(JsonValue.Obj json, String name) {
        return member(json, name, JsonValue.Arr.class, "an array").items();
    }
}
