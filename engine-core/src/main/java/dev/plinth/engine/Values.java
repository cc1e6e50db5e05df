package dev.plinth.engine;

import dev.plinth.engine.api.AcceptedJob;
import dev.plinth.engine.api.ApiKey;
import dev.plinth.engine.api.Child;
import dev.plinth.engine.api.Delivery;
import dev.plinth.engine.api.Event;
import dev.plinth.engine.api.Job;
import dev.plinth.engine.api.JobStatus;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Lease;
import dev.plinth.engine.api.LeasedJob;
import dev.plinth.engine.api.LoggedRequest;
import dev.plinth.engine.api.Page;
import dev.plinth.engine.api.Problem;
import dev.plinth.engine.api.ProblemError;
import dev.plinth.engine.api.RateLimit;
import dev.plinth.engine.api.Resource;
import dev.plinth.engine.api.ResourceStatus;
import dev.plinth.engine.api.Share;
import dev.plinth.engine.api.WebhookEndpoint;
import dev.plinth.engine.api.Workspace;
import dev.plinth.engine.internal.base.Times;
import dev.plinth.engine.internal.json.JsonBytes;
import dev.plinth.engine.internal.json.JsonValue;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/** Makes typed values of the JSON that the wire would show, so that both say the same. */
final class Values {
    private Values() {}

    static Resource resource(JsonValue.Obj json) {
        Optional<Resource.Shared> shared =
                optional(json, "role").map(role -> new Resource.Shared(role, text(json, "ownerWorkspaceId")));
        return new Resource(
                text(json, "id"),
                text(json, "type"),
                text(json, "name"),
                ResourceStatus.valueOf(text(json, "status").toUpperCase(Locale.ROOT)),
                part(json, "data"),
                pairs(json, "metadata"),
                number(json, "version"),
                time(json, "createdAt"),
                time(json, "updatedAt"),
                shared);
    }

    static Child child(JsonValue.Obj json) {
        return new Child(
                text(json, "id"),
                text(json, "resourceId"),
                text(json, "type"),
                text(json, "name"),
                part(json, "data"),
                pairs(json, "metadata"),
                number(json, "version"),
                time(json, "createdAt"),
                time(json, "updatedAt"));
    }

    static Job job(JsonValue.Obj json) {
        return new Job(
                text(json, "id"),
                text(json, "type"),
                status(json),
                json.get("result") == null ? Optional.empty() : Optional.of(part(json, "result")),
                json.get("error") == null ? Optional.empty() : Optional.of(part(json, "error")),
                json.get("progress") == null ? Optional.empty() : Optional.of(part(json, "progress")),
                json.get("cancelRequested") != null,
                (int) number(json, "attempt"),
                (int) number(json, "maxAttempts"),
                optional(json, "resourceId"),
                instant(json, "runAt"),
                instant(json, "nextAttemptAt"),
                time(json, "createdAt"),
                instant(json, "startedAt"),
                instant(json, "finishedAt"),
                json.get("handled") == null);
    }

    static List<LeasedJob> leased(JsonValue.Obj json) {
        List<LeasedJob> jobs = new ArrayList<>();
        for (JsonValue value : items(json, "data")) {
            JsonValue.Obj job = (JsonValue.Obj) value;
            jobs.add(new LeasedJob(job(job), part(job, "input"), text(job, "leaseToken"), time(job, "leaseExpiresAt")));
        }
        return List.copyOf(jobs);
    }

    static Lease lease(JsonValue.Obj json) {
        return new Lease(
                time(json, "leaseExpiresAt"),
                json.get("cancelRequested") instanceof JsonValue.Bool bool && bool.value());
    }

    static AcceptedJob accepted(JsonValue.Obj json) {
        return new AcceptedJob(text(json, "job_id"), status(json), json.get("deduplicated") != null);
    }

    static Event event(JsonValue.Obj json) {
        return new Event(text(json, "id"), text(json, "type"), time(json, "createdAt"), part(json, "data"));
    }

    static WebhookEndpoint endpoint(JsonValue.Obj json) {
        return new WebhookEndpoint(
                text(json, "id"),
                text(json, "url"),
                texts(json, "types"),
                text(json, "status").equals("enabled"),
                text(json, "ordering").equals("resource"),
                text(json, "description"),
                pairs(json, "headers"),
                time(json, "createdAt"),
                optional(json, "secret"));
    }

    static Workspace workspace(JsonValue.Obj json) {
        return new Workspace(
                text(json, "id"),
                text(json, "name"),
                text(json, "plan"),
                text(json, "status").equals("suspended"),
                pairs(json, "metadata"),
                time(json, "createdAt"));
    }

    static ApiKey key(JsonValue.Obj json) {
        return new ApiKey(
                text(json, "id"),
                text(json, "name"),
                text(json, "mode"),
                texts(json, "scopes"),
                text(json, "prefix"),
                text(json, "last4"),
                text(json, "status"),
                instant(json, "expiresAt"),
                instant(json, "lastUsedAt"),
                time(json, "createdAt"),
                optional(json, "secret"));
    }

    static LoggedRequest request(JsonValue.Obj json) {
        JsonValue.Obj caused = json.get("caused") instanceof JsonValue.Obj obj ? obj : json;
        return new LoggedRequest(
                text(json, "id"),
                text(json, "method"),
                text(json, "route"),
                text(json, "path"),
                (int) number(json, "status"),
                optional(json, "code"),
                optional(json, "keyId"),
                optional(json, "caller").isPresent(),
                optional(json, "idempotencyKey"),
                optional(json, "idempotency"),
                number(json, "durationMicros"),
                time(json, "createdAt"),
                texts(caused, "events"),
                texts(caused, "jobs"));
    }

    static RateLimit rateLimit(JsonValue.Obj json) {
        List<RateLimit.Policy> policies = new ArrayList<>();
        for (JsonValue value : items(json, "policies")) {
            JsonValue.Obj policy = (JsonValue.Obj) value;
            policies.add(new RateLimit.Policy(
                    text(policy, "name"),
                    number(policy, "limit"),
                    number(policy, "windowSeconds"),
                    number(policy, "remaining"),
                    number(policy, "resetSeconds")));
        }
        return new RateLimit(text(json, "plan"), policies);
    }

    static Share share(JsonValue.Obj json) {
        return new Share(
                text(json, "id"),
                text(json, "resourceId"),
                text(json, "workspaceId"),
                text(json, "role"),
                time(json, "createdAt"));
    }

    static Delivery delivery(JsonValue.Obj json) {
        List<Delivery.Attempt> attempts = new ArrayList<>();
        for (JsonValue value : items(json, "attempts")) {
            JsonValue.Obj attempt = (JsonValue.Obj) value;
            attempts.add(new Delivery.Attempt(
                    (int) number(attempt, "number"),
                    text(attempt, "trigger"),
                    time(attempt, "at"),
                    number(attempt, "durationMillis"),
                    attempt.get("status") == null
                            ? OptionalInt.empty()
                            : OptionalInt.of((int) number(attempt, "status")),
                    optional(attempt, "responseBody"),
                    optional(attempt, "errorClass")));
        }
        return new Delivery(
                text(json, "id"),
                text(json, "endpointId"),
                text(json, "eventId"),
                text(json, "eventType"),
                text(json, "status"),
                instant(json, "nextAttemptAt"),
                time(json, "createdAt"),
                attempts);
    }

    static Json json(JsonValue.Obj json) {
        return Json.trusted(JsonBytes.compact(json));
    }

    static <T> Function<JsonValue.Obj, Page<T>> page(Function<JsonValue.Obj, T> item) {
        return json -> {
            List<T> data = new ArrayList<>();
            for (JsonValue value : items(json, "data")) {
                data.add(item.apply((JsonValue.Obj) value));
            }
            boolean more = json.get("hasMore") instanceof JsonValue.Bool bool && bool.value();
            return new Page<>(List.copyOf(data), more, optional(json, "nextCursor"));
        };
    }

    static Problem problem(JsonValue.Obj json) {
        List<ProblemError> errors = new ArrayList<>();
        if (json.get("errors") != null) {
            for (JsonValue value : items(json, "errors")) {
                JsonValue.Obj error = (JsonValue.Obj) value;
                boolean pointer = error.get("pointer") != null;
                errors.add(new ProblemError(
                        pointer ? ProblemError.Source.POINTER : ProblemError.Source.PARAMETER,
                        text(error, pointer ? "pointer" : "parameter"),
                        text(error, "code"),
                        text(error, "detail")));
            }
        }
        return new Problem(
                text(json, "type"),
                text(json, "title"),
                (int) number(json, "status"),
                text(json, "detail"),
                text(json, "code"),
                text(json, "requestId"),
                json.get("retryable") instanceof JsonValue.Bool bool && bool.value(),
                List.copyOf(errors));
    }

    private static JobStatus status(JsonValue.Obj json) {
        return JobStatus.valueOf(text(json, "status").toUpperCase(Locale.ROOT));
    }

    private static String text(JsonValue.Obj json, String name) {
        return optional(json, name)
                .orElseThrow(
                        () -> new IllegalStateException("Expected the text member " + name + ", but there is none"));
    }

    private static Optional<String> optional(JsonValue.Obj json, String name) {
        return json.get(name) instanceof JsonValue.Text text ? Optional.of(text.value()) : Optional.empty();
    }

    private static long number(JsonValue.Obj json, String name) {
        if (json.get(name) instanceof JsonValue.Num num) {
            return Long.parseLong(num.written());
        }
        throw new IllegalStateException("Expected the number member " + name + ", but there is none");
    }

    private static Instant time(JsonValue.Obj json, String name) {
        return Times.written(text(json, name));
    }

    private static Optional<Instant> instant(JsonValue.Obj json, String name) {
        return optional(json, name).map(Times::written);
    }

    private static Json part(JsonValue.Obj json, String name) {
        JsonValue value = json.get(name);
        return value == null ? Json.EMPTY_OBJECT : Json.trusted(JsonBytes.compact(value));
    }

    private static Map<String, String> pairs(JsonValue.Obj json, String name) {
        Map<String, String> pairs = new LinkedHashMap<>();
        if (json.get(name) instanceof JsonValue.Obj obj) {
            obj.members().forEach((key, value) -> {
                if (value instanceof JsonValue.Text text) {
                    pairs.put(key, text.value());
                }
            });
        }
        return Map.copyOf(pairs);
    }

    private static List<String> texts(JsonValue.Obj json, String name) {
        List<String> texts = new ArrayList<>();
        for (JsonValue value : items(json, name)) {
            if (value instanceof JsonValue.Text text) {
                texts.add(text.value());
            }
        }
        return List.copyOf(texts);
    }

    private static List<JsonValue> items(JsonValue.Obj json, String name) {
        return json.get(name) instanceof JsonValue.Arr arr ? arr.items() : List.of();
    }
}
