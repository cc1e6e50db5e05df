package dev.plinth.engine.http;

import dev.plinth.engine.http.IdState.Role;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tells what the matrix knows of one route: who may call it, the ids in it, a valid body, and what each state of an id gives. What
 * follows from a rule is left out: what is hidden is 404, a role too weak is 403, the rest succeeds. Not thread-safe.
 */
final class MatrixRow {
    /** The caller whom the door asks for. */
    enum Guard {
        WORKSPACE_KEY,
        OPERATOR_TOKEN,
        NONE
    }

    /** Tells where an id stands. */
    enum IdLocation {
        PATH,
        QUERY,
        BODY,
        /** In the query of a list, which leaves out what does not fit, and so answers 200 whatever an id names. */
        FILTER
    }

    /**
     * An id of a route.
     *
     * @param usual the state in which it stands while another id is asked for in all of its own
     */
    record Param(IdLocation place, String name, MatrixTarget target, IdState usual) {
        List<IdState> states() {
            List<IdState> states = new ArrayList<>(target.states());
            if (usual == IdState.NOT_GIVEN) {
                states.add(usual);
            }
            return states;
        }
    }

    private final String name;
    private final Expected success;
    private final List<Param> params = new ArrayList<>();
    private final Map<MatrixTarget, Map<IdState, Expected>> stated = new EnumMap<>(MatrixTarget.class);
    private Guard guard = Guard.WORKSPACE_KEY;
    private String scope = "";
    private String body = "";
    private String query = "";
    private Role role = Role.READER;
    private boolean isOfTheGrantee;
    private boolean honoursIfMatch;
    private boolean isOfTheMoment;
    private @Nullable Expected toOneself;

    MatrixRow(String name, Expected success) {
        this.name = name;
        this.success = success;
    }

    MatrixRow scope(String needed) {
        scope = needed;
        return this;
    }

    MatrixRow operator() {
        guard = Guard.OPERATOR_TOKEN;
        return this;
    }

    MatrixRow anybody() {
        guard = Guard.NONE;
        return this;
    }

    /** A body that is valid; ids in it as {@code {name}}. */
    MatrixRow body(String valid) {
        body = valid;
        return this;
    }

    MatrixRow query(String always) {
        query = always;
        return this;
    }

    MatrixRow id(String variable, MatrixTarget target) {
        return id(IdLocation.PATH, variable, target, IdState.OWN);
    }

    MatrixRow id(IdLocation place, String variable, MatrixTarget target, IdState usual) {
        params.add(new Param(place, variable, target, usual));
        return this;
    }

    /** An editor may, a reader may not. */
    MatrixRow forEditors() {
        role = Role.EDITOR;
        return this;
    }

    /** Only the owner may. */
    MatrixRow forOwners() {
        role = Role.OWNER;
        return this;
    }

    /** Only the owner may, and a grantee for itself. */
    MatrixRow forOwnersAndTheGrantee() {
        isOfTheGrantee = true;
        return forOwners();
    }

    /** States what a grantee that is the caller gives, whichever the resource is: it is known before one is looked for. */
    MatrixRow toOneself(Expected expected) {
        toOneself = expected;
        return this;
    }

    MatrixRow honoursIfMatch() {
        honoursIfMatch = true;
        return this;
    }

    /** The answer tells of the call itself, so that no two answers are equal. */
    MatrixRow tellsOfTheMoment() {
        isOfTheMoment = true;
        return this;
    }

    MatrixRow active(Expected expected) {
        return when(MatrixTarget.RESOURCE, expected, IdState.OWN, IdState.EDITABLE, IdState.READABLE);
    }

    MatrixRow paused(Expected expected) {
        return when(MatrixTarget.RESOURCE, expected, IdState.PAUSED, IdState.EDITABLE_PAUSED);
    }

    MatrixRow archived(Expected expected) {
        return when(
                MatrixTarget.RESOURCE,
                expected,
                IdState.ARCHIVED,
                IdState.EDITABLE_ARCHIVED,
                IdState.READABLE_ARCHIVED);
    }

    /** States what an id of a kind gives in some states. */
    MatrixRow when(MatrixTarget target, Expected expected, IdState... states) {
        Map<IdState, Expected> of = stated.computeIfAbsent(target, each -> new EnumMap<>(IdState.class));
        for (IdState state : states) {
            of.put(state, expected);
        }
        return this;
    }

    String name() {
        return name;
    }

    Guard needs() {
        return guard;
    }

    String scope() {
        return scope;
    }

    String body() {
        return body;
    }

    String query() {
        return query;
    }

    List<Param> params() {
        return params;
    }

    boolean doesHonourIfMatch() {
        return honoursIfMatch;
    }

    boolean isOfTheMoment() {
        return isOfTheMoment;
    }

    /** Returns what the route gives with its ids in these states: that of them whose step comes first. */
    Expected expected(Map<Param, IdState> states) {
        if (toOneself != null && states.containsValue(IdState.ONESELF)) {
            return toOneself;
        }
        if (isOfTheGrantee && states.containsValue(IdState.ONESELF) && isShared(states)) {
            return success;
        }
        Expected expected = success;
        for (Map.Entry<Param, IdState> entry : states.entrySet()) {
            boolean isOwnersAlone = entry.getKey().target() == MatrixTarget.GRANTEE;
            if (isOwnersAlone && expected.equals(Expected.ROLE_TOO_WEAK)) {
                // A grantee must not learn of other grantees.
                return expected;
            }
            Expected next = expected(entry.getKey(), entry.getValue());
            boolean isSuccess = !expected.isRefusal() && !next.equals(success);
            expected = isSuccess || next.isBefore(expected) ? next : expected;
        }
        return expected;
    }

    private static boolean isShared(Map<Param, IdState> states) {
        return states.values().stream().anyMatch(state -> state.role() == Role.EDITOR || state.role() == Role.READER);
    }

    private Expected expected(Param param, IdState state) {
        if (state == IdState.NOT_GIVEN) {
            return success;
        }
        if (param.place() == IdLocation.FILTER) {
            return state.isWellFormed() ? success : Expected.refused(400, "parameter_invalid");
        }
        Expected said = stated.getOrDefault(param.target(), Map.of()).get(state);
        if (state.isHidden()) {
            return said == null ? Expected.NOT_FOUND : said;
        }
        if (param.target() == MatrixTarget.RESOURCE && state.role().compareTo(role) < 0) {
            return Expected.ROLE_TOO_WEAK;
        }
        return said == null ? success : said;
    }

    @Override
    public String toString() {
        return name;
    }
}
