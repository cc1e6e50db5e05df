package dev.plinth.engine.internal.pipeline;

import dev.plinth.engine.api.Scope;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.shape.Body;
import dev.plinth.engine.internal.shape.Parameter;
import dev.plinth.engine.internal.shape.Schema;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A row of the route table.
 *
 * @param name its name, such as {@code createResource}
 * @param method the HTTP method
 * @param path the path, variables in braces
 * @param text its text in documents
 * @param credential the credential that it needs
 * @param scope the scope that a restricted key needs, or null
 * @param cost rate-limit units
 * @param costsByName rate-limit units by the value of the path's last variable, where they differ
 * @param ofWorker true if it takes a unit of the bucket for workers' calls, beside its cost
 * @param demands the headers that the host demands
 * @param body the body that it takes
 * @param runsHostCode true if it may take long on the caller's thread
 * @param parameters the query parameters that it takes
 * @param successes what it may answer when all goes well, the usual first
 * @param codes the problems that it alone may meet, beside those of every row of its kind
 * @param looksAtIfMatch true if {@code If-Match} is a condition of it
 * @param inBatch true if it may be an operation of a batch
 * @param isOfHost true if it is in no route table, because the host's own code answers its calls
 * @param decoder makes the command of a request
 */
public record Route(
        String name,
        String method,
        String path,
        Text text,
        Credential credential,
        @Nullable Scope scope,
        int cost,
        Map<String, Integer> costsByName,
        boolean ofWorker,
        Set<Demand> demands,
        Body body,
        boolean runsHostCode,
        List<Parameter<?>> parameters,
        List<Success> successes,
        List<ProblemCode> codes,
        boolean looksAtIfMatch,
        boolean inBatch,
        boolean isOfHost,
        Decoder decoder) {
    /** True if it changes something, so that an idempotency key counts. */
    public boolean mutates() {
        return !method.equals("GET");
    }

    /** Returns true if it tells of this process, and shows no rows of a workspace. */
    public boolean isOfProcess() {
        return credential == Credential.NONE;
    }

    /** Returns true if it takes a query parameter. */
    public boolean takes(Parameter<?> parameter) {
        return parameters.contains(parameter);
    }

    /** Returns true if its usual answer is a stream of events. */
    public boolean isStream() {
        return !successes.isEmpty() && successes.get(0).mediaType().equals(Success.EVENT_STREAM);
    }

    /** Returns true if its calls are limited, by a bucket and in number in flight. */
    public boolean isCounted() {
        return cost > 0 || ofWorker;
    }

    /** The same route as the host wants it: at these costs, and with these headers. */
    public Route with(int units, Map<String, Integer> byName, Set<Demand> demanded) {
        return with(units, byName, demanded, decoder);
    }

    /** The same route with commands that another decoder makes. */
    public Route decodedBy(Decoder other) {
        return with(cost, costsByName, demands, other);
    }

    private Route with(int units, Map<String, Integer> byName, Set<Demand> demanded, Decoder decodedBy) {
        return new Route(
                name,
                method,
                path,
                text,
                credential,
                scope,
                units,
                byName,
                ofWorker,
                demanded,
                body,
                runsHostCode,
                parameters,
                successes,
                codes,
                looksAtIfMatch,
                inBatch,
                isOfHost,
                decodedBy);
    }

    int units(List<String> pathValues) {
        return costsByName.isEmpty() ? cost : costsByName.getOrDefault(pathValues.get(pathValues.size() - 1), cost);
    }

    /**
     * The text of a route in documents.
     *
     * @param tag its group
     * @param summary what it does, a few words that begin with a verb
     * @param description more of it in whole sentences; may be empty
     */
    public record Text(String tag, String summary, String description) {}

    /**
     * A good end of a route.
     *
     * @param status the HTTP status code
     * @param shown what the body is, or an item of it where the route gives a page; null if there is no body
     * @param mediaType the media type of the body
     * @param headers the headers that it has, beside those of every answer
     */
    public record Success(int status, @Nullable Schema shown, String mediaType, List<String> headers) {
        /** The media type of a stream of events. */
        public static final String EVENT_STREAM = "text/event-stream";

        /** The usual media type. */
        public static final String JSON = "application/json";
    }

    /** The credential that a route needs. */
    public enum Credential {
        /** A key of a workspace. */
        WORKSPACE_KEY,
        /** The operator's token. */
        OPERATOR_TOKEN,
        /** No credential. */
        NONE
    }

    /** A header that a host may demand of the callers of a route. */
    public enum Demand {
        IDEMPOTENCY_KEY,
        IF_MATCH
    }

    /** Makes a command of a request. */
    @FunctionalInterface
    public interface Decoder {
        /** Returns the command. Throws {@code RefusedException} with everything that is wrong with the request. */
        Command decode(Request request);

        /** Returns the scopes that a key needs beside the route's own, because of what the body asks for. */
        default List<Scope> scopes(Request request) {
            return List.of();
        }
    }
}
