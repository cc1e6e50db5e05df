package dev.plinth.engine.internal.wire;

import dev.plinth.engine.internal.event.Events;
import dev.plinth.engine.internal.json.JsonBytes;
import dev.plinth.engine.internal.pipeline.Route;
import dev.plinth.engine.internal.shape.Parameter;
import dev.plinth.engine.internal.shape.Schema;
import dev.plinth.engine.internal.wire.route.QueryParameters;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The parameters of the OpenAPI document: those of paths, queries and headers. */
final class OpenApiParameters {
    private static final Pattern VARIABLE = Pattern.compile("\\{(\\w+)}");

    /**
     * The filter by a pair of metadata. OpenAPI sends an object in the style form as its members, each a parameter of its own. So
     * the names of the members need the prefix, and no other names are allowed.
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
            json.open().member("name", variable.group(1)).member("in", "path").member("required", true);
            Schema.TEXT.print(json.name("schema"));
            json.close();
        }
        for (Parameter<?> parameter : route.parameters()) {
            if (parameter.equals(QueryParameters.METADATA_PAIR)) {
                json.raw(METADATA);
            } else {
                json.open().member("name", parameter.name()).member("in", "query");
                json.member("description", parameter.description());
                parameter.schema().print(json.name("schema"));
                json.close();
            }
        }
        if (route.mutates()) {
            demandable(json, route, Route.Demand.IDEMPOTENCY_KEY, "IdempotencyKey");
        }
        if (route.mutates() || route.takes(QueryParameters.WAIT)) {
            Schema.reference(json, "parameters/Prefer");
        }
        if (route.name().equals(EventRoutes.STREAM)) {
            Schema.reference(json, "parameters/LastEventId");
        }
        if (route.looksAtIfMatch()) {
            demandable(json, route, Route.Demand.IF_MATCH, "IfMatch");
        }
        if (route.looksAtIfMatch()) {
            Schema.reference(json, "parameters/IfNoneMatch");
        }
        json.closeArray();
    }

    private static void demandable(JsonBytes json, Route route, Route.Demand demand, String parameter) {
        boolean required = route.demands().contains(demand);
        Schema.reference(json, "parameters/" + (required ? "Required" : "") + parameter);
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
                "Versions in which the thing may not be; otherwise 304 for GET, and 412 for a change.");
        header(
                json.name("Prefer"),
                "Prefer",
                false,
                "wait=1 to wait=30: waits for a call or a job that is still running.");
        header(json.name("WebhookId"), "webhook-id", true, "The id of the event. It stays the same over all attempts.");
        header(json.name("WebhookTimestamp"), "webhook-timestamp", true, "The time of this attempt in Unix seconds.");
        header(
                json.name("WebhookSignature"),
                "webhook-signature",
                true,
                "v1, and the signature in Base64, for each valid secret; see Standard Webhooks 1.0.0.");
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
                .member("description", description);
        Schema.TEXT.print(json.name("schema"));
        json.close();
    }
}
