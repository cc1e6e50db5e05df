package dev.plinth.engine.internal.wire;

import static dev.plinth.engine.internal.wire.BodySchema.OBJECT;
import static dev.plinth.engine.internal.wire.BodySchema.OBJECT_OR_NULL;
import static dev.plinth.engine.internal.wire.BodySchema.TIME;
import static dev.plinth.engine.internal.wire.BodySchema.TIME_OR_NULL;
import static dev.plinth.engine.internal.wire.BodySchema.TRUTH;
import static dev.plinth.engine.internal.wire.BodySchema.array;
import static dev.plinth.engine.internal.wire.BodySchema.id;
import static dev.plinth.engine.internal.wire.BodySchema.matching;
import static dev.plinth.engine.internal.wire.BodySchema.matchingUnless;
import static dev.plinth.engine.internal.wire.BodySchema.object;
import static dev.plinth.engine.internal.wire.BodySchema.oneOf;
import static dev.plinth.engine.internal.wire.BodySchema.pairs;
import static dev.plinth.engine.internal.wire.BodySchema.pattern;
import static dev.plinth.engine.internal.wire.BodySchema.text;
import static dev.plinth.engine.internal.wire.BodySchema.typed;
import static dev.plinth.engine.internal.wire.BodySchema.whole;

import dev.plinth.engine.internal.base.EventTypes;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.Plans;
import dev.plinth.engine.internal.base.Scope;
import dev.plinth.engine.internal.command.BulkJob;
import dev.plinth.engine.internal.command.EngineJobs;
import dev.plinth.engine.internal.event.Events;
import dev.plinth.engine.internal.job.NewJob;
import dev.plinth.engine.internal.json.JsonBytes;
import dev.plinth.engine.internal.resource.ContentRules;
import dev.plinth.engine.internal.resource.ContentTypes;
import dev.plinth.engine.internal.webhook.Webhooks;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What the bodies of the contract look like, out of the words and the limits by which the decoders judge them. A body that a schema
 * refuses is refused by the engine; what a schema cannot say, such as the address behind a URL, is left to the engine. Immutable.
 */
final class OpenApiBodies {
    private static final byte[] NAME = text(1, Limits.NAME_LENGTH_MAX);
    private static final byte[] DATA = object(Limits.DATA_BYTES_MAX);
    private static final byte[] METADATA_KEY = text(1, Limits.METADATA_KEY_LENGTH_MAX);
    private static final byte[] METADATA =
            pairs(Limits.METADATA_PAIRS_MAX, METADATA_KEY, text(0, Limits.METADATA_VALUE_LENGTH_MAX));
    private static final byte[] METADATA_PATCH = typed("object", "null")
            .raw("propertyNames", METADATA_KEY)
            .raw(
                    "additionalProperties",
                    typed("string", "null")
                            .member("maxLength", Limits.METADATA_VALUE_LENGTH_MAX)
                            .close()
                            .bytes())
            .close()
            .bytes();
    private static final byte[] SHARES_FROM = typed("array", "null")
            .member("minItems", 0)
            .member("maxItems", Limits.SHARES_FROM_MAX)
            .raw("items", id(IdKind.WORKSPACE))
            .close()
            .bytes();

    private static final byte[] SCOPES = array(
            0,
            Scope.values().length,
            oneOf(Arrays.stream(Scope.values()).map(Scope::wireName).toList()));

    private static final byte[] JOB_TYPE = matchingUnless(JobDecoders.TYPE, "report.monthly", oneOf(EngineJobs.TYPES));
    private static final byte[] ANYTHING = new JsonBytes().open().close().bytes();

    private final Map<String, byte[]> schemas = new LinkedHashMap<>();

    /** The bodies of an engine with these plans and types. */
    OpenApiBodies(Plans plans, ContentTypes types) {
        schemas.put("Nothing", new BodySchema().bytes());
        content(types);
        workspaces(plans);
        keys();
        jobsAndEvents();
        leases();
        webhooks();
        schemas.put(
                "TimeSpan",
                new BodySchema()
                        .needs("seconds", whole(0, SystemDecoders.ADVANCE_SECONDS_MAX))
                        .bytes());
    }

    /** Adds all of them, by name. */
    void addAll(JsonBytes json) {
        schemas.forEach(json::raw);
    }

    /** True if there is a body of this name. */
    boolean has(String name) {
        return schemas.containsKey(name);
    }

    private void content(ContentTypes types) {
        schemas.put("NewResource", newContent(ContentTypes.DEFAULT_RESOURCE, types.resourceTypes()));
        schemas.put("NewChild", newContent(ContentTypes.DEFAULT_CHILD, types.childTypes()));
        schemas.put(
                "ContentPatch",
                new BodySchema()
                        .may("name", NAME)
                        .may("data", OBJECT_OR_NULL)
                        .may("metadata", METADATA_PATCH)
                        .bytes());
        byte[] operation = typed("object")
                .member(
                        "description",
                        "The action, the id of the resource unless the action creates one, and the members of the call that it stands"
                                + " for. What is wrong with them is the outcome of this operation, and not a refusal of the call.")
                .name("required")
                .openArray()
                .text("action")
                .closeArray()
                .name("properties")
                .open()
                .raw("action", oneOf(BulkJob.ACTIONS))
                .raw("id", id(IdKind.RESOURCE))
                .raw("name", NAME)
                .raw("type", type(ContentTypes.DEFAULT_RESOURCE, types.resourceTypes()))
                .raw("data", OBJECT_OR_NULL)
                .raw("metadata", METADATA_PATCH)
                .close()
                .close()
                .bytes();
        schemas.put(
                "BulkOperations",
                new BodySchema()
                        .needs("operations", array(1, Limits.BULK_OPERATIONS_MAX, operation))
                        .bytes());
        schemas.put("OperationInput", new BodySchema().may("input", OBJECT).bytes());
        schemas.put(
                "NewShare",
                new BodySchema().needs("role", oneOf(ResourceDecoders.ROLES)).bytes());
    }

    /** Where the host has registered types, the usual one is left out only if it is among them. */
    private static byte[] newContent(String usual, Set<String> registered) {
        byte[] type = type(usual, registered);
        BodySchema schema = new BodySchema().needs("name", NAME);
        boolean mayLack = registered.isEmpty() || registered.contains(usual);
        return (mayLack ? schema.may("type", type) : schema.needs("type", type))
                .may("data", DATA)
                .may("metadata", METADATA)
                .bytes();
    }

    private static byte[] type(String usual, Set<String> registered) {
        return registered.isEmpty()
                ? matching(ContentRules.TYPE, usual)
                : oneOf(registered.stream().sorted().toList());
    }

    private void workspaces(Plans plans) {
        byte[] plan = oneOf(plans.names());
        schemas.put(
                "NewWorkspace",
                new BodySchema().needs("name", NAME).may("plan", plan).bytes());
        schemas.put(
                "WorkspaceChange",
                new BodySchema()
                        .may("name", NAME)
                        .may("plan", plan)
                        .may("status", oneOf(AccessDecoders.STATUSES))
                        .bytes());
        schemas.put(
                "WorkspacePatch",
                new BodySchema()
                        .may("name", NAME)
                        .may("metadata", METADATA_PATCH)
                        .may("sharesFrom", SHARES_FROM)
                        .bytes());
    }

    private void keys() {
        schemas.put(
                "NewKey",
                new BodySchema()
                        .needs("name", NAME)
                        .may("mode", oneOf(AccessDecoders.MODES))
                        .may("scopes", SCOPES)
                        .may("expiresAt", TIME)
                        .bytes());
        schemas.put(
                "KeyChange",
                new BodySchema()
                        .may("name", NAME)
                        .may("scopes", SCOPES)
                        .may("enabled", TRUTH)
                        .may("expiresAt", TIME_OR_NULL)
                        .bytes());
        schemas.put(
                "KeyRotation",
                new BodySchema()
                        .may("graceSeconds", whole(0, AccessDecoders.GRACE_SECONDS_MAX))
                        .bytes());
    }

    private void jobsAndEvents() {
        schemas.put(
                "NewJob",
                new BodySchema()
                        .needs("type", JOB_TYPE)
                        .needs("input", OBJECT)
                        .may("resourceId", id(IdKind.RESOURCE))
                        .may("runAt", TIME)
                        .may("priority", whole(1, NewJob.PRIORITY_LAST))
                        .may("uniqueKey", text(1, Limits.NAME_LENGTH_MAX))
                        .may("maxAttempts", whole(1, Limits.JOB_ATTEMPTS_MAX))
                        .bytes());
        String reserved = Events.RESERVED.stream()
                .map(start -> start.replace(".", "\\."))
                .collect(Collectors.joining("|", "(?:", ").*"));
        schemas.put(
                "NewEvent",
                new BodySchema()
                        .needs(
                                "type",
                                matchingUnless(
                                        EventTypes.NAME,
                                        "payment.processed",
                                        Limits.EVENT_TYPE_LENGTH_MAX,
                                        pattern(Pattern.compile(reserved))))
                        .needs("data", DATA)
                        .may("resourceId", id(IdKind.RESOURCE))
                        .bytes());
    }

    private void leases() {
        byte[] seconds = whole(1, Limits.LEASE_SECONDS_MAX);
        schemas.put(
                "LeaseRequest",
                new BodySchema()
                        .needs("types", array(1, Limits.LEASE_TYPES_MAX, JOB_TYPE))
                        .may("max", whole(1, Limits.LEASE_JOBS_MAX))
                        .may("leaseSeconds", seconds)
                        .may("wait", whole(0, Limits.WAIT_SECONDS_MAX))
                        .bytes());
        schemas.put("Heartbeat", held().may("leaseSeconds", seconds).bytes());
        schemas.put(
                "ProgressReport",
                held().needs("done", whole(0, JobDecoders.COUNT_MAX))
                        .needs("total", whole(0, JobDecoders.COUNT_MAX))
                        .may("message", text(0, Limits.NAME_LENGTH_MAX))
                        .bytes());
        schemas.put("JobCompletion", held().needs("result", ANYTHING).bytes());
        byte[] error = new BodySchema()
                .needs("detail", text(1, Limits.LEASE_DETAIL_LENGTH_MAX))
                .may("code", NAME)
                .bytes();
        schemas.put(
                "JobFailure",
                held().needs("error", error).may("retryable", TRUTH).bytes());
    }

    private static BodySchema held() {
        return new BodySchema().needs("leaseToken", NAME);
    }

    private void webhooks() {
        byte[] url = typed("string")
                .member("format", "uri")
                .member("maxLength", WebhookDecoders.URL_LENGTH_MAX)
                .name("examples")
                .openArray()
                .text("https://example.com/hooks")
                .closeArray()
                .close()
                .bytes();
        schemas.put("NewWebhookEndpoint", endpoint(new BodySchema().needs("url", url)));
        schemas.put(
                "WebhookEndpointChange",
                endpoint(new BodySchema().may("url", url).may("status", oneOf(WebhookDecoders.STATUSES))));
        schemas.put("Recovery", new BodySchema().needs("since", TIME).bytes());
        schemas.put(
                "SecretRotation",
                new BodySchema()
                        .may("graceSeconds", whole(0, WebhookDecoders.GRACE_SECONDS_MAX))
                        .bytes());
    }

    private static byte[] endpoint(BodySchema schema) {
        byte[] type = matching(EventTypes.NAME_OR_PREFIX, "resource.*", Limits.EVENT_TYPE_LENGTH_MAX);
        byte[] types = array(0, Limits.EVENT_TYPES_MAX, type);
        byte[] value = typed("string")
                .member("maxLength", Limits.DESCRIPTION_LENGTH_MAX)
                .member("pattern", BodySchema.wholly(Webhooks.HEADER_VALUE))
                .close()
                .bytes();
        return schema.may("types", types)
                .may("ordering", oneOf(WebhookDecoders.ORDERINGS))
                .may("description", text(0, Limits.DESCRIPTION_LENGTH_MAX))
                .may("headers", pairs(Limits.ENDPOINT_HEADERS_MAX, pattern(WebhookDecoders.HEADER), value))
                .may("maxPerSecond", whole(1, Limits.DELIVERIES_PER_SECOND_MAX))
                .bytes();
    }
}
