package dev.plinth.engine;

import dev.plinth.engine.ModelRows.Resource;
import dev.plinth.engine.ModelRows.Workspace;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A request, with the rule that tells what has to come of it.
 *
 * @param scope what its key needs, null for nothing; {@code operator} if it is the operator's
 * @param secret what it is asked with, null for nothing
 * @param body null for none
 */
record ModelRequest(
        String method,
        String path,
        String query,
        String scope,
        String secret,
        String body,
        Map<String, String> headers,
        Rule rule) {
    static final String OPERATOR = "operator";
    private static final String KEY = "idempotency-key";

    /** Tells what has to come of a request that has passed the steps 3 to 8. */
    @FunctionalInterface
    interface Rule {
        /**
         * Changes the model as the request has to change the engine.
         *
         * @param who the caller's workspace, null for the operator
         * @param answer tells the ids and secrets that nobody knows before
         */
        Expected apply(Workspace who, ModelRequest ask, ModelAnswer answer);
    }

    static ModelRequest of(String method, String path, String scope, Rule rule) {
        return new ModelRequest(method, path, null, scope, null, null, Map.of(), rule);
    }

    ModelRequest with(String otherSecret) {
        return new ModelRequest(method, path, query, scope, otherSecret, body, headers, rule);
    }

    ModelRequest withQuery(String other) {
        return new ModelRequest(method, path, other, scope, secret, body, headers, rule);
    }

    ModelRequest withBody(String other) {
        return new ModelRequest(method, path, query, scope, secret, other, headers, rule);
    }

    ModelRequest withBody(Map<String, ?> members) {
        return withBody(Json.of(members).toString());
    }

    ModelRequest withHeader(String name, String value) {
        Map<String, String> more = new TreeMap<>(headers);
        more.put(name, value);
        return new ModelRequest(method, path, query, scope, secret, body, more, rule);
    }

    ModelRequest withKey(String key) {
        return withHeader(KEY, key);
    }

    boolean mutates() {
        return !method.equals("GET");
    }

    /** The idempotency key, bare; null if there is none. */
    String key() {
        String value = headers.get(KEY);
        return value != null && value.startsWith("\"") ? value.substring(1, value.length() - 1) : value;
    }

    /** The members of the body; null if it is no JSON object. */
    Map<String, Object> members() {
        try {
            return body == null ? Map.of() : Json.of(body).asMap();
        } catch (IllegalArgumentException | IllegalStateException e) {
            return null;
        }
    }

    /** Returns what makes two requests the same: numbers count as they are written. */
    Object fingerprint() {
        List<Object> parts = new ArrayList<>(List.of(method, path, query == null ? "" : query));
        Map<String, Object> members = members();
        parts.add(members == null || body == null ? String.valueOf(body) : members);
        return parts;
    }

    Call call() {
        Call call = Call.of(method, query == null ? path : path + "?" + query);
        for (Map.Entry<String, String> header : headers.entrySet()) {
            call = call.withHeader(header.getKey(), header.getValue());
        }
        call = secret == null ? call : call.withKey(secret);
        return body == null ? call : call.withBody(body.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return method + " " + path + (query == null ? "" : "?" + query) + " " + headers
                + (body == null ? "" : " " + body) + " with " + secret;
    }

    /**
     * Tells what an answer has to be.
     *
     * @param code of a problem, else null
     * @param body the members, null where they are not foreseen
     * @param pointers where the body of the request is wrong, null if it is not
     * @param remembered true if it is kept under an idempotency key
     * @param shown the resource that it shows by virtue of a share, else null
     */
    record Expected(
            int status,
            String code,
            Map<String, Object> body,
            String etag,
            String location,
            List<String> pointers,
            boolean remembered,
            Resource shown) {
        static Expected ok(Map<String, Object> body, String etag) {
            return new Expected(200, null, body, etag, null, null, true, null);
        }

        static Expected created(Map<String, Object> body, String etag, String location) {
            return new Expected(201, null, body, etag, location, null, true, null);
        }

        /** A refusal at the steps 10 to 12. */
        static Expected refused(int status, String code) {
            return new Expected(status, code, null, null, null, null, status != 412, null);
        }

        /** A refusal at a step before. */
        static Expected early(int status, String code) {
            return new Expected(status, code, null, null, null, null, false, null);
        }

        static Expected invalid(String... pointers) {
            return new Expected(422, "validation_failed", null, null, null, List.of(pointers), false, null);
        }

        Expected showing(Resource resource) {
            return new Expected(status, code, body, etag, location, pointers, remembered, resource);
        }
    }
}
