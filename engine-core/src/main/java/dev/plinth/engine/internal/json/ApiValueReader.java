package dev.plinth.engine.internal.json;

import dev.plinth.engine.api.AcceptedJob;
import dev.plinth.engine.api.ApiKey;
import dev.plinth.engine.api.BatchOperation;
import dev.plinth.engine.api.BatchResult;
import dev.plinth.engine.api.Child;
import dev.plinth.engine.api.Delivery;
import dev.plinth.engine.api.Event;
import dev.plinth.engine.api.Job;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Lease;
import dev.plinth.engine.api.LeasedJob;
import dev.plinth.engine.api.LoggedRequest;
import dev.plinth.engine.api.NewResource;
import dev.plinth.engine.api.Page;
import dev.plinth.engine.api.Problem;
import dev.plinth.engine.api.ProblemError;
import dev.plinth.engine.api.RateLimit;
import dev.plinth.engine.api.Resource;
import dev.plinth.engine.api.Share;
import dev.plinth.engine.api.TableUse;
import dev.plinth.engine.api.WebhookEndpoint;
import dev.plinth.engine.api.WebhookTest;
import dev.plinth.engine.api.WireValue;
import dev.plinth.engine.api.Workspace;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Reads the values of the typed API from the JSON of the wire. Each value keeps its JSON. */
public final class ApiValueReader {
    private static final Map<Class<?>, Reader<?>> READERS = Map.ofEntries(
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
            reader(Problem.class, ApiValueReader::problem),
            reader(ProblemError.class, ApiValueReader::problemError),
            reader(BatchOperation.class, ApiValueReader::batchOperation),
            view(BatchResult.class, BatchResult::of),
            reader(NewResource.class, ApiValueReader::newResource));

    private static final List<String> NEW_RESOURCE = List.of("name", "type", "data", "metadata");

    private ApiValueReader() {}

    /**
     * Reads JSON as a value of a type.
     *
     * @throws IllegalArgumentException if the JSON is no value of this type; the message says why
     */
    static <T extends WireValue> T read(Class<T> type, Json json) {
        Reader<?> reader = READERS.get(type);
        if (reader == null) {
            throw new IllegalArgumentException("The type must be a value of the wire, got " + type.getName()
                    + ". Use a type of dev.plinth.engine.api.");
        }
        return type.cast(reader.read(object(JsonReader.trusted(json.utf8())), json));
    }

    /** Reads pages of values of a type. */
    public static <T extends WireValue> Function<Json, Page<T>> page(Class<T> type) {
        return json -> {
            JsonValue.Obj page = object(JsonReader.trusted(json.utf8()));
            return new Page<>(list(page, "data", type), truth(page, "hasMore"), optional(page, "nextCursor"));
        };
    }

    /** Reads the jobs of a worker. */
    public static List<LeasedJob> leased(Json json) {
        return list(object(JsonReader.trusted(json.utf8())), "data", LeasedJob.class);
    }

    /** Reads the use of the tables. */
    public static List<TableUse> tables(Json json) {
        return list(object(JsonReader.trusted(json.utf8())), "data", TableUse.class);
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

    private static <T> Map.Entry<Class<?>, Reader<?>> reader(Class<T> type, Reader<T> reader) {
        return Map.entry(type, reader);
    }

    private static <T> Map.Entry<Class<?>, Reader<?>> view(Class<T> type, Function<Json, T> reader) {
        return Map.entry(type, (members, json) -> reader.apply(json));
    }

    /** Makes a value of its members and its JSON. */
    @FunctionalInterface
    private interface Reader<T> {
        T read(JsonValue.Obj json, Json shown);
    }

    private static NewResource newResource(JsonValue.Obj json, Json shown) {
        for (String name : json.members().keySet()) {
            if (!NEW_RESOURCE.contains(name)) {
                throw new IllegalArgumentException(
                        "Unknown member \"" + name + "\". The members are " + NEW_RESOURCE + ".");
            }
        }
        return new NewResource(
                text(json, "name"),
                optional(json, "type"),
                json.get("data") == null ? Json.EMPTY_OBJECT : part(json, "data"),
                json.get("metadata") == null ? Map.of() : pairs(json, "metadata"));
    }

    private static Problem problem(JsonValue.Obj json, Json shown) {
        return new Problem(
                text(json, "type"),
                text(json, "title"),
                (int) number(json, "status"),
                text(json, "detail"),
                text(json, "code"),
                text(json, "requestId"),
                truth(json, "retryable"),
                json.get("operation") == null ? -1 : (int) number(json, "operation"),
                errors(json));
    }

    private static List<ProblemError> errors(JsonValue.Obj json) {
        return json.get("errors") == null ? List.of() : list(json, "errors", ProblemError.class);
    }

    private static BatchOperation batchOperation(JsonValue.Obj json, Json shown) {
        return new BatchOperation(
                text(json, "method"), text(json, "path"), optionalPart(json, "body"), optional(json, "ifMatch"));
    }

    private static ProblemError problemError(JsonValue.Obj json, Json shown) {
        boolean pointer = json.get("pointer") != null;
        return new ProblemError(
                pointer ? ProblemError.Source.POINTER : ProblemError.Source.PARAMETER,
                text(json, pointer ? "pointer" : "parameter"),
                text(json, "code"),
                text(json, "detail"));
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

    private static long number(JsonValue.Obj json, String name) {
        String written =
                member(json, name, JsonValue.Num.class, "a whole number").written();
        try {
            return Long.parseLong(written);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "Member \"" + name + "\" must be a whole number, got " + written + ".", e);
        }
    }

    private static Json part(JsonValue.Obj json, String name) {
        JsonValue value = json.get(name);
        if (value == null) {
            throw new IllegalArgumentException("Member \"" + name + "\" must be there, and is missing.");
        }
        return Json.trusted(JsonBytes.compact(value));
    }

    private static Optional<Json> optionalPart(JsonValue.Obj json, String name) {
        return json.get(name) == null ? Optional.empty() : Optional.of(part(json, name));
    }

    private static Map<String, String> pairs(JsonValue.Obj json, String name) {
        JsonValue.Obj object = member(json, name, JsonValue.Obj.class, "an object of strings");
        Map<String, String> pairs = new LinkedHashMap<>();
        object.members().keySet().forEach(key -> pairs.put(key, text(object, key)));
        return Collections.unmodifiableMap(pairs);
    }

    private static List<JsonValue> items(JsonValue.Obj json, String name) {
        return member(json, name, JsonValue.Arr.class, "an array").items();
    }
}
