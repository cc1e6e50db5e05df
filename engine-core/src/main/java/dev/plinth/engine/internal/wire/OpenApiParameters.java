package dev.plinth.engine.internal.wire;

import dev.plinth.engine.internal.base.EventTypes;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.ProblemCode;
import dev.plinth.engine.internal.event.Events;
import dev.plinth.engine.internal.json.JsonBytes;
import dev.plinth.engine.internal.pipeline.Route;
import dev.plinth.engine.internal.webhook.Deliveries;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The parameters of the OpenAPI document: in paths, queries and headers, by the words and limits by which decoders judge them. */
final class OpenApiParameters {
    private static final Pattern VARIABLE = Pattern.compile("\\{(\\w+)}");
    private static final Pattern EVENT_TYPES =
            Pattern.compile(EventTypes.NAME_OR_PREFIX + "(," + EventTypes.NAME_OR_PREFIX + ")*");
    private static final int NOT_MODIFIED = 304;
    private static final byte[] TEXT = BodySchema.typed("string").close().bytes();

    /**
     * By the rules of OpenAPI an object in the style form is sent as its members, each a parameter of its own. So the names of the
     * members have to have the prefix, and a client has to send none that it does not know.
     */
    private static final byte[] METADATA = """
            {"name":"metadata","in":"query","style":"form","explode":true,\
            "description":"Shows resources with this pair of metadata: one member, whose name is metadata. and the key, as in\
             metadata.team=red. Each member is sent as a parameter of its own.",\
            "schema":{"type":"object","maxProperties":1,"propertyNames":{"pattern":"^metadata\\\\..+$"},\
            "additionalProperties":{"type":"string"}},"example":{"metadata.team":"red"}}""".getBytes(StandardCharsets.UTF_8);

    private OpenApiParameters() {}

    /** Adds those of a route at a path. */
    static void add(JsonBytes json, Route route, String path) {
        json.openArray();
        Matcher variable = VARIABLE.matcher(path);
        while (variable.find()) {
            json.open()
                    .member("name", variable.group(1))
                    .member("in", "path")
                    .member("required", true)
                    .raw("schema", TEXT)
                    .close();
        }
        for (String name : route.parameters()) {
            if (name.equals(QueryParameters.ANY_METADATA)) {
                json.raw(METADATA);
            } else {
                json.open()
                        .member("name", name)
                        .member("in", "query")
                        .raw("schema", schema(route, name))
                        .close();
            }
        }
        if (route.mutates()) {
            demandable(json, route, Route.Demand.IDEMPOTENCY_KEY, "IdempotencyKey");
        }
        if (route.mutates() || route.parameters().contains("wait")) {
            OpenApi.reference(json, "parameters/Prefer");
        }
        if (route.name().equals(OpenApi.STREAM_EVENTS)) {
            OpenApi.reference(json, "parameters/LastEventId");
        }
        if (route.codes().contains(ProblemCode.PRECONDITION_FAILED)) {
            demandable(json, route, Route.Demand.IF_MATCH, "IfMatch");
        }
        if (route.successes().stream().anyMatch(success -> success.status() == NOT_MODIFIED)) {
            OpenApi.reference(json, "parameters/IfNoneMatch");
        }
        json.closeArray();
    }

    private static byte[] schema(Route route, String parameter) {
        return switch (parameter) {
            case "limit" ->
                BodySchema.typed("integer")
                        .member("minimum", 1)
                        .member("maximum", Limits.PAGE_ITEMS_MAX)
                        .member("default", Limits.PAGE_ITEMS_DEFAULT)
                        .close()
                        .bytes();
            case "wait" -> BodySchema.whole(1, Limits.WAIT_SECONDS_MAX);
            case "shared" -> BodySchema.TRUTH;
            case "createdAfter", "createdBefore" -> BodySchema.TIME;
            case "include" -> BodySchema.oneOf(ResourceDecoders.INCLUDED);
            case "resourceId" -> BodySchema.id(IdKind.RESOURCE);
            case "after" -> BodySchema.id(IdKind.EVENT);
            case "status" -> BodySchema.oneOf(statuses(route));
            case "type" ->
                route.path().startsWith("/v1/events") ? BodySchema.matching(EVENT_TYPES, "resource.*") : TEXT;
            default -> TEXT;
        };
    }

    private static List<String> statuses(Route route) {
        return switch (route.name()) {
            case "listResources" -> ResourceDecoders.STATUSES;
            case "listJobs" -> JobDecoders.STATUSES;
            case "listDeliveries" -> Deliveries.STATUSES;
            default ->
                throw new IllegalStateException(
                        "Expected the statuses that " + route.name() + " filters by; name them in OpenApiParameters");
        };
    }

    private static void demandable(JsonBytes json, Route route, Route.Demand demand, String parameter) {
        boolean required = route.demands().contains(demand);
        OpenApi.reference(json, "parameters/" + (required ? "Required" : "") + parameter);
    }

    /**
     * Adds the headers that several operations have in common, by name.
     *
     * @param demanded the headers that the host demands somewhere
     */
    static void addComponents(JsonBytes json, Set<Route.Demand> demanded) {
        for (boolean required : new boolean[] {false, true}) {
            String prefix = required ? "Required" : "";
            if (!required || demanded.contains(Route.Demand.IDEMPOTENCY_KEY)) {
                header(
                        json.name(prefix + "IdempotencyKey"),
                        "Idempotency-Key",
                        required,
                        "The same key gives the first answer again for 24 hours.");
            }
            if (!required || demanded.contains(Route.Demand.IF_MATCH)) {
                header(
                        json.name(prefix + "IfMatch"),
                        "If-Match",
                        required,
                        "The versions in which the thing may be; 412 otherwise.");
            }
        }
        header(
                json.name("IfNoneMatch"),
                "If-None-Match",
                false,
                "The versions that the caller has; 304 if the thing is still in one of them.");
        header(
                json.name("Prefer"),
                "Prefer",
                false,
                "wait=1 to wait=30: waits for a call or a job that is still running.");
        header(
                json.name("LastEventId"),
                Events.LAST_EVENT_ID,
                false,
                "The event after which to go on; without it, the stream begins with what happens from now on.");
    }

    private static void header(JsonBytes json, String name, boolean required, String description) {
        json.open()
                .member("name", name)
                .member("in", "header")
                .member("required", required)
                .member("description", description)
                .raw("schema", TEXT)
                .close();
    }
}
