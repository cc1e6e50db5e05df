package dev.plinth.engine.http;

import dev.plinth.engine.Engine;
import dev.plinth.engine.api.Call;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** The ids of something in every state that the matrix asks for, and the secrets of every caller. Asking it writes nothing. */
final class MatrixWorld {
    static final String ADMIN_TOKEN = "adm_matrix1234567890";

    private static final int CHANGED_CHARACTERS = 8;

    private final Engine engine;
    private final Neighbour own;
    private final Neighbour stranger;
    private final Map<MatrixTarget, Map<IdState, String>> ids = new EnumMap<>(MatrixTarget.class);
    private final Map<Credential, String> secrets = new EnumMap<>(Credential.class);
    private final Map<String, String> restricted = new HashMap<>();

    /** A workspace with a full key. */
    record Neighbour(String id, String key) {}

    MatrixWorld(Engine engine, Neighbour own, Neighbour stranger) {
        this.engine = engine;
        this.own = own;
        this.stranger = stranger;
        for (MatrixTarget target : MatrixTarget.values()) {
            ids.put(target, new EnumMap<>(IdState.class));
        }
    }

    void put(MatrixTarget target, IdState state, String id) {
        ids.get(target).put(state, id);
    }

    void put(Credential credential, String secret) {
        secrets.put(credential, secret);
    }

    void putRestricted(String to, String secret) {
        restricted.put(to, secret);
    }

    Engine engine() {
        return engine;
    }

    /** The workspace that all calls but the operator's are made for. */
    String workspace() {
        return own.id();
    }

    String laid(MatrixTarget target, IdState state) {
        return ids.get(target).get(state);
    }

    /**
     * The text of an id in a state.
     *
     * @param resource the state of the resource beside it, whose child it is if it is one
     */
    String id(MatrixTarget target, IdState state, IdState resource) {
        return switch (state) {
            case MALFORMED -> "nonsense-0815";
            case ABSENT -> absent(existing(target));
            case UPPER_CASE -> existing(target).toUpperCase(Locale.ROOT);
            case TOO_LONG -> existing(target) + "0";
            case OTHER_KIND -> laid(target == MatrixTarget.JOB ? MatrixTarget.EVENT : MatrixTarget.JOB, IdState.OWN);
            case OWN -> target == MatrixTarget.CHILD ? childOf(resource) : existing(target);
            case FOREIGN -> target == MatrixTarget.REQUEST ? requestOf(stranger) : laid(target, state);
            default -> laid(target, state);
        };
    }

    /** The secret that a caller shows to a route; null for none. */
    String secret(Credential credential, MatrixRow row) {
        String family = row.scope().replaceAll(":.*", "");
        boolean isOperator = row.needs() == MatrixRow.Guard.OPERATOR_TOKEN;
        return switch (credential) {
            case FULL -> isOperator ? ADMIN_TOKEN : own.key();
            case OTHER_GUARD -> isOperator ? own.key() : ADMIN_TOKEN;
            case OF_DELETED_WORKSPACE, OF_SUSPENDED_WORKSPACE -> own.key();
            case JUST_ENOUGH -> restricted.get(row.scope());
            case READ_SCOPE -> restricted.get(family + ":read");
            case OTHER_SCOPES -> restricted.get("not " + family);
            case MALFORMED -> "sk_live_x";
            case NONE, OTHER_SCHEME -> null;
            default -> secrets.get(credential);
        };
    }

    private String existing(MatrixTarget target) {
        return target == MatrixTarget.REQUEST ? requestOf(own) : laid(target, IdState.OWN);
    }

    private String childOf(IdState resource) {
        Map<IdState, String> children = ids.get(MatrixTarget.CHILD);
        return children.getOrDefault(resource, children.get(IdState.OWN));
    }

    /** The id of a request just made, as the log forgets the older ones. */
    private String requestOf(Neighbour neighbour) {
        return engine.call(Call.of("GET", "/v1/rate-limit").withKey(neighbour.key()))
                .header("Request-Id");
    }

    /** An id of the same time that nothing has. */
    private static String absent(String id) {
        int kept = Math.max(1, id.length() - CHANGED_CHARACTERS);
        return id.substring(0, kept) + "z".repeat(id.length() - kept);
    }
}
