package dev.plinth.engine.http;

import dev.plinth.engine.http.MatrixRow.IdLocation;
import dev.plinth.engine.http.MatrixRow.Param;
import dev.plinth.engine.internal.pipeline.Route;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A cell of the matrix.
 *
 * @param states what stands behind each id
 * @param variation what else is asked
 */
record MatrixCase(
        Route route,
        MatrixRow row,
        Credential credential,
        Map<Param, IdState> states,
        Variation variation,
        Expected expected) {
    /** Tells what else a call may have about it: nothing of it may tell what is hidden from what is not there. */
    enum Variation {
        PLAIN,
        /** Conditions that nothing meets. */
        CONDITIONAL,
        UNKNOWN_PARAMETER,
        UNKNOWN_MEMBER,
        /** An idempotency key; what is refused at the door leaves no trace of it. */
        KEYED
    }

    boolean changes() {
        return !route.method().equals("GET");
    }

    /** The call, in a world. */
    WireRequest in(MatrixWorld world) {
        String path = route.path();
        String query = row.query();
        String body = row.body();
        for (Map.Entry<Param, IdState> entry : states.entrySet()) {
            Param param = entry.getKey();
            String id = id(world, param);
            path = path.replace("{" + param.name() + "}", id);
            body = body.replace("{" + param.name() + "}", id);
            boolean isInQuery = param.place() == IdLocation.QUERY || param.place() == IdLocation.FILTER;
            if (isInQuery && entry.getValue() != IdState.NOT_GIVEN) {
                query += "&" + param.name() + "=" + id;
            }
        }
        if (variation == Variation.UNKNOWN_PARAMETER) {
            query += "&colour=red";
        }
        if (variation == Variation.UNKNOWN_MEMBER) {
            body = body.isEmpty() ? "{\"colour\":1}" : body.replaceFirst("}$", ",\"colour\":1}");
        }
        String target = query.isEmpty() ? path : path + "?" + query.replaceFirst("^&", "");
        return headed(world, WireRequest.of(route.method(), target).withBody(body));
    }

    /** The text of an id of the call; empty where it is not given. */
    String id(MatrixWorld world, Param param) {
        IdState state = states.get(param);
        IdState resource = states.entrySet().stream()
                .filter(entry -> entry.getKey().target() == MatrixTarget.RESOURCE)
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(IdState.OWN);
        return state == IdState.NOT_GIVEN ? "" : world.id(param.target(), state, resource);
    }

    private WireRequest headed(MatrixWorld world, WireRequest bare) {
        WireRequest request = bare;
        String secret = world.secret(credential, row);
        if (secret != null) {
            request = request.withKey(secret);
        } else if (credential == Credential.OTHER_SCHEME) {
            request = request.with("Authorization", "Basic c2tfbGl2ZV94OnNrX2xpdmVfeA==");
        }
        return switch (variation) {
            case CONDITIONAL -> request.with("If-Match", "\"v99\"").with("If-None-Match", "*");
            case KEYED -> request.with("Idempotency-Key", "a-key");
            default -> request;
        };
    }

    @Override
    public String toString() {
        String ids = states.entrySet().stream()
                .map(entry -> entry.getKey().name() + " " + entry.getValue())
                .collect(Collectors.joining(", "));
        return route.name() + " [" + ids + "] " + credential + " " + variation + ": expected " + expected.status() + " "
                + expected.code();
    }
}
