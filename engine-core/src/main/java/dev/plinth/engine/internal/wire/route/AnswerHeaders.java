package dev.plinth.engine.internal.wire.route;

import dev.plinth.engine.internal.json.JsonBytes;
import dev.plinth.engine.internal.pipeline.Route;
import dev.plinth.engine.internal.shape.Schema;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The headers of answers, as documents describe them. */
public final class AnswerHeaders {
    public static final String NODE = "Plinth-Node";
    public static final String LEADER = "Plinth-Leader";
    static final String ETAG = "ETag";
    static final String LOCATION = "Location";
    public static final String RETRY_AFTER = "Retry-After";
    static final String RATE_LIMIT = "RateLimit";
    static final String RATE_LIMIT_POLICY = "RateLimit-Policy";
    public static final String REQUEST_ID = "Request-Id";
    static final String REPLAYED = "Idempotent-Replayed";
    static final String ORIGINAL_REQUEST = "Original-Request";
    static final String PREFERENCE_APPLIED = "Preference-Applied";
    public static final String CHALLENGE = "WWW-Authenticate";

    private static final Map<String, String> DESCRIPTIONS = new LinkedHashMap<>();

    static {
        DESCRIPTIONS.put(REQUEST_ID, "The id of this request, for the request log and for support.");
        DESCRIPTIONS.put(NODE, "The node that has answered, if several share a log.");
        DESCRIPTIONS.put(LEADER, "The address of the node that leads, with the problem not_leader, if it is known.");
        DESCRIPTIONS.put(ETAG, "The version of the entity, for If-Match and If-None-Match.");
        DESCRIPTIONS.put(LOCATION, "The path of what was created.");
        DESCRIPTIONS.put(RETRY_AFTER, "Seconds until the next try makes sense.");
        DESCRIPTIONS.put(RATE_LIMIT, "What is left of each policy: r units, and t seconds until the next one.");
        DESCRIPTIONS.put(RATE_LIMIT_POLICY, "The policies of the plan: q units in w seconds.");
        DESCRIPTIONS.put(REPLAYED, "true if this is the answer of an earlier request with the same idempotency key.");
        DESCRIPTIONS.put(ORIGINAL_REQUEST, "The id of the earlier request.");
        DESCRIPTIONS.put(PREFERENCE_APPLIED, "The seconds for which the call has waited, such as wait=30.");
        DESCRIPTIONS.put(CHALLENGE, "How to authenticate (RFC 6750), with the scope that a key lacks.");
    }

    private AnswerHeaders() {}

    /** Adds references to the headers of an answer. */
    public static void add(JsonBytes json, Route route, List<String> own) {
        json.name("headers").open();
        reference(json, REQUEST_ID);
        reference(json, NODE);
        own.forEach(name -> reference(json, name));
        if (route.credential() == Route.Credential.WORKSPACE_KEY) {
            reference(json, RATE_LIMIT);
            reference(json, RATE_LIMIT_POLICY);
        }
        if (route.mutates()) {
            reference(json, REPLAYED);
            reference(json, ORIGINAL_REQUEST);
        }
        if (route.mutates() || route.takes(QueryParameters.WAIT)) {
            reference(json, PREFERENCE_APPLIED);
        }
        json.close();
    }

    public static void reference(JsonBytes json, String name) {
        Schema.reference(json.name(name), "headers/" + component(name));
    }

    /** Adds all of them, by name. */
    public static void addComponents(JsonBytes json) {
        DESCRIPTIONS.forEach((name, description) -> json.name(component(name))
                .open()
                .member("description", description)
                .name("schema")
                .open()
                .member("type", name.equals(RETRY_AFTER) ? "integer" : "string")
                .close()
                .close());
    }

    private static String component(String name) {
        return name.replace("-", "");
    }
}
