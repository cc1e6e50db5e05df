package dev.plinth.engine.internal.json;

import dev.plinth.engine.api.AcceptedJob;
import dev.plinth.engine.api.ApiKey;
import dev.plinth.engine.api.BatchOperation;
import dev.plinth.engine.api.BatchResult;
import dev.plinth.engine.api.Child;
import dev.plinth.engine.api.Delivery;
import dev.plinth.engine.api.DeliveryStatus;
import dev.plinth.engine.api.Event;
import dev.plinth.engine.api.Job;
import dev.plinth.engine.api.JobStatus;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.KeyMode;
import dev.plinth.engine.api.KeyStatus;
import dev.plinth.engine.api.Lease;
import dev.plinth.engine.api.LeasedJob;
import dev.plinth.engine.api.LoggedRequest;
import dev.plinth.engine.api.NewResource;
import dev.plinth.engine.api.Page;
import dev.plinth.engine.api.Problem;
import dev.plinth.engine.api.ProblemError;
import dev.plinth.engine.api.RateLimit;
import dev.plinth.engine.api.Resource;
import dev.plinth.engine.api.ResourceStatus;
import dev.plinth.engine.api.Role;
import dev.plinth.engine.api.Scope;
import dev.plinth.engine.api.Share;
import dev.plinth.engine.api.TableUse;
import dev.plinth.engine.api.WebhookEndpoint;
import dev.plinth.engine.api.WebhookTest;
import dev.plinth.engine.api.WireValue;
import dev.plinth.engine.api.Workspace;
import dev.plinth.engine.internal.base.Times;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;

/** Reads the values of the typed API from the JSON of the wire. Each value keeps its JSON. */
public final class ApiValueReader {
    private static final Map<Class<?>, Reader<?>> READERS = Map.ofEntries(
            reader(Resource.class, ApiValueReader::resource),
            reader(Child.class, ApiValueReader::child),
            reader(Share.class, ApiValueReader::share),
            reader(Job.class, ApiValueReader::job),
            reader(LeasedJob.class, ApiValueReader::leasedJob),
            reader(Lease.class, ApiValueReader::lease),
            reader(AcceptedJob.class, ApiValueReader::accepted),
            reader(Event.class, ApiValueReader::event),
            reader(WebhookEndpoint.class, ApiValueReader::endpoint),
            reader(Delivery.class, ApiValueReader::delivery),
            reader(Delivery.Attempt.class, ApiValueReader::attempt),
            reader(WebhookTest.class, ApiValueReader::webhookTest),
            reader(Workspace.class, ApiValueReader::workspace),
            reader(ApiKey.class, ApiValueReader::key),
            reader(LoggedRequest.class, ApiValueReader::request),
            reader(RateLimit.class, ApiValueReader::rateLimit),
            reader(RateLimit.Policy.class, ApiValueReader::policy),
            reader(TableUse.class, ApiValueReader::tableUse),
            reader(TableUse.Holder.class, ApiValueReader::holder),
            reader(Problem.class, ApiValueReader::problem),
            reader(ProblemError.class, ApiValueReader::problemError),
            reader(BatchOperation.class, ApiValueReader::batchOperation),
            reader(BatchResult.class, ApiValueReader::batchResult),
            reader(NewResource.class, ApiValueReader::newResource));

    private static final List<String> NEW_RESOURCE = List.of("name", "type", "data", "metadata");
    private static final Set<String> OF_A_LEASE = Set.of("input", "leaseToken", "leaseExpiresAt");

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

    /** Makes a value of its members and its JSON. */
    @FunctionalInterface
    private interface Reader<T> {
        T read(JsonValue.Obj json, Json shown);
    }

    private static Resource resource(JsonValue.Obj json, Json shown) {
        Optional<Resource.Shared> shared = json.get("role") == null
                ? Optional.empty()
                : Optional.of(new Resource.Shared(word(json, "role", Role.class), text(json, "ownerWorkspaceId")));
        return new Resource(
                text(json, "id"),
                text(json, "type"),
                text(json, "name"),
                word(json, "status", ResourceStatus.class),
                part(json, "data"),
                pairs(json, "metadata"),
                number(json, "version"),
                time(json, "createdAt"),
                time(json, "updatedAt"),
                shared,
                shown);
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

    private static Child child(JsonValue.Obj json, Json shown) {
        return new Child(
                text(json, "id"),
                text(json, "resourceId"),
                text(json, "type"),
                text(json, "name"),
                part(json, "data"),
                pairs(json, "metadata"),
                number(json, "version"),
                time(json, "createdAt"),
                time(json, "updatedAt"),
                shown);
    }

    private static Job job(JsonValue.Obj json, Json shown) {
        return new Job(
                text(json, "id"),
                text(json, "type"),
                word(json, "status", JobStatus.class),
                optionalPart(json, "result"),
                optionalPart(json, "error"),
                optionalPart(json, "progress"),
                isTrue(json, "cancelRequested"),
                (int) number(json, "attempt"),
                (int) number(json, "maxAttempts"),
                optional(json, "resourceId"),
                instant(json, "runAt"),
                instant(json, "nextAttemptAt"),
                time(json, "createdAt"),
                instant(json, "startedAt"),
                instant(json, "finishedAt"),
                json.get("handled") == null || truth(json, "handled"),
                shown);
    }

    /** The job inside has only its own members, without those of the lease. */
    private static LeasedJob leasedJob(JsonValue.Obj json, Json shown) {
        Map<String, JsonValue> members = new LinkedHashMap<>(json.members());
        members.keySet().removeAll(OF_A_LEASE);
        JsonValue.Obj job = new JsonValue.Obj(members);
        return new LeasedJob(
                job(job, Json.trusted(JsonBytes.compact(job))),
                part(json, "input"),
                text(json, "leaseToken"),
                time(json, "leaseExpiresAt"),
                shown);
    }

    private static Lease lease(JsonValue.Obj json, Json shown) {
        return new Lease(time(json, "leaseExpiresAt"), truth(json, "cancelRequested"), shown);
    }

    private static AcceptedJob accepted(JsonValue.Obj json, Json shown) {
        return new AcceptedJob(
                text(json, "job_id"), word(json, "status", JobStatus.class), isTrue(json, "deduplicated"), shown);
    }

    private static Event event(JsonValue.Obj json, Json shown) {
        return new Event(text(json, "id"), text(json, "type"), time(json, "createdAt"), part(json, "data"), shown);
    }

    private static WebhookEndpoint endpoint(JsonValue.Obj json, Json shown) {
        return new WebhookEndpoint(
                text(json, "id"),
                text(json, "url"),
                texts(json, "types"),
                isFirst(json, "status", "enabled", "disabled"),
                isFirst(json, "ordering", "resource", "none"),
                text(json, "description"),
                pairs(json, "headers"),
                time(json, "createdAt"),
                json.get("missedSince") == null ? Optional.empty() : Optional.of(time(json, "missedSince")),
                optional(json, "secret"),
                shown);
    }

    private static Workspace workspace(JsonValue.Obj json, Json shown) {
        return new Workspace(
                text(json, "id"),
                text(json, "name"),
                text(json, "plan"),
                isFirst(json, "status", "suspended", "active"),
                pairs(json, "metadata"),
                time(json, "createdAt"),
                shown);
    }

    private static ApiKey key(JsonValue.Obj json, Json shown) {
        return new ApiKey(
                text(json, "id"),
                text(json, "name"),
                word(json, "mode", KeyMode.class),
                scopes(json),
                text(json, "prefix"),
                text(json, "last4"),
                word(json, "status", KeyStatus.class),
                instant(json, "expiresAt"),
                instant(json, "lastUsedAt"),
                time(json, "createdAt"),
                optional(json, "secret"),
                shown);
    }

    private static LoggedRequest request(JsonValue.Obj json, Json shown) {
        JsonValue.Obj caused = member(json, "caused", JsonValue.Obj.class, "an object");
        return new LoggedRequest(
                text(json, "id"),
                text(json, "method"),
                text(json, "route"),
                text(json, "path"),
                (int) number(json, "status"),
                (int) number(json, "step"),
                optional(json, "code"),
                optional(json, "detail"),
                errors(json),
                optional(json, "policy"),
                optional(json, "keyId"),
                optional(json, "caller").isPresent(),
                optional(json, "node"),
                optional(json, "idempotencyKey"),
                json.get("idempotency") == null
                        ? Optional.empty()
                        : Optional.of(word(json, "idempotency", LoggedRequest.KeyUse.class)),
                number(json, "units"),
                Duration.of(number(json, "durationMicros"), ChronoUnit.MICROS),
                time(json, "createdAt"),
                texts(caused, "events"),
                texts(caused, "jobs"),
                shown);
    }

    private static RateLimit rateLimit(JsonValue.Obj json, Json shown) {
        return new RateLimit(text(json, "plan"), list(json, "policies", RateLimit.Policy.class), shown);
    }

    private static RateLimit.Policy policy(JsonValue.Obj json, Json shown) {
        return new RateLimit.Policy(
                text(json, "name"),
                number(json, "limit"),
                Duration.ofSeconds(number(json, "windowSeconds")),
                number(json, "remaining"),
                Duration.ofSeconds(number(json, "resetSeconds")),
                shown);
    }

    private static TableUse tableUse(JsonValue.Obj json, Json shown) {
        return new TableUse(
                text(json, "name"),
                number(json, "rows"),
                number(json, "rowsMax"),
                number(json, "bytes"),
                number(json, "bytesMax"),
                list(json, "workspaces", TableUse.Holder.class),
                shown);
    }

    private static TableUse.Holder holder(JsonValue.Obj json, Json shown) {
        return new TableUse.Holder(text(json, "workspaceId"), number(json, "rows"), number(json, "bytes"), shown);
    }

    private static Share share(JsonValue.Obj json, Json shown) {
        return new Share(
                text(json, "id"),
                text(json, "resourceId"),
                text(json, "workspaceId"),
                word(json, "role", Role.class),
                time(json, "createdAt"),
                shown);
    }

    private static Delivery delivery(JsonValue.Obj json, Json shown) {
        return new Delivery(
                text(json, "id"),
                text(json, "endpointId"),
                text(json, "eventId"),
                text(json, "eventType"),
                word(json, "status", DeliveryStatus.class),
                instant(json, "nextAttemptAt"),
                time(json, "createdAt"),
                list(json, "attempts", Delivery.Attempt.class),
                shown);
    }

    private static Delivery.Attempt attempt(JsonValue.Obj json, Json shown) {
        return new Delivery.Attempt(
                (int) number(json, "number"),
                word(json, "trigger", Delivery.Trigger.class),
                time(json, "at"),
                Duration.ofMillis(number(json, "durationMillis")),
                status(json),
                optional(json, "responseBody"),
                optional(json, "errorClass"),
                shown);
    }

    private static WebhookTest webhookTest(JsonValue.Obj json, Json shown) {
        return new WebhookTest(
                truth(json, "delivered"),
                status(json),
                Duration.ofMillis(number(json, "durationMillis")),
                optional(json, "errorClass"),
                shown);
    }

    private static OptionalInt status(JsonValue.Obj json) {
        return json.get("status") == null ? OptionalInt.empty() : OptionalInt.of((int) number(json, "status"));
    }

    private static List<Scope> scopes(JsonValue.Obj json) {
        return texts(json, "scopes").stream().map(Scope::of).toList();
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

    private static BatchResult batchResult(JsonValue.Obj json, Json shown) {
        return new BatchResult(
                (int) number(json, "status"),
                part(json, "body"),
                optional(json, "etag"),
                optional(json, "location"),
                shown);
    }

    private static ProblemError problemError(JsonValue.Obj json, Json shown) {
        boolean pointer = json.get("pointer") != null;
        return new ProblemError(
                pointer ? ProblemError.Source.POINTER : ProblemError.Source.PARAMETER,
                text(json, pointer ? "pointer" : "parameter"),
                text(json, "code"),
                text(json, "detail"));
    }

    private static JsonValue.Obj object(JsonValue json) {
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

    private static boolean isTrue(JsonValue.Obj json, String name) {
        return json.get(name) != null && truth(json, name);
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

    private static <E extends Enum<E>> E word(JsonValue.Obj json, String name, Class<E> words) {
        String word = text(json, name);
        for (E constant : words.getEnumConstants()) {
            if (constant.name().equalsIgnoreCase(word)) {
                return constant;
            }
        }
        throw new IllegalArgumentException("Member \"" + name + "\" must be one of "
                + List.of(words.getEnumConstants()).toString().toLowerCase(Locale.ROOT) + ", got " + word + ".");
    }

    /** Returns true if a member is the first of two words. */
    private static boolean isFirst(JsonValue.Obj json, String name, String first, String second) {
        String word = text(json, name);
        if (!word.equals(first) && !word.equals(second)) {
            throw new IllegalArgumentException(
                    "Member \"" + name + "\" must be " + first + " or " + second + ", got " + word + ".");
        }
        return word.equals(first);
    }

    private static Instant time(JsonValue.Obj json, String name) {
        return time(name, text(json, name));
    }

    private static Instant time(String name, String text) {
        try {
            return Times.written(text);
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new IllegalArgumentException(
                    "Member \"" + name + "\" must be a time such as 2025-01-01T00:00:00.000Z, got " + text + ".", e);
        }
    }

    private static Optional<Instant> instant(JsonValue.Obj json, String name) {
        return optional(json, name).map(text -> time(name, text));
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

    private static List<String> texts(JsonValue.Obj json, String name) {
        List<String> texts = new ArrayList<>();
        for (JsonValue value : items(json, name)) {
            if (!(value instanceof JsonValue.Text text)) {
                throw new IllegalArgumentException(
                        "Member \"" + name + "\" must be an array of strings, and has " + value.kind() + ".");
            }
            texts.add(text.value());
        }
        return List.copyOf(texts);
    }

    private static List<JsonValue> items(JsonValue.Obj json, String name) {
        return member(json, name, JsonValue.Arr.class, "an array").items();
    }
}
