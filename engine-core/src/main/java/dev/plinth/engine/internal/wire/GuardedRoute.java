package dev.plinth.engine.internal.wire;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.ScopeBits;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.Quoted;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.json.JsonReader;
import dev.plinth.engine.internal.pipeline.Request;
import dev.plinth.engine.internal.pipeline.Route;
import dev.plinth.engine.internal.shape.Body;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Routes of the host's own at one path, which are in no route table. Immutable. */
public final class GuardedRoute {
    /** The settings of a guard that nothing was said to. */
    public static final Settings USUAL = new Settings("/**", null, 1, Limits.BODY_BYTES_MAX, false, false);

    private static final List<String> METHODS = List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE");

    private final Map<String, Route> byMethod = new HashMap<>();
    private final Settings settings;

    /**
     * The settings of a guard.
     *
     * @param path the path in the request log and in metrics, variables in braces
     * @param scope the scope that a restricted key needs, as the wire names it, or null
     * @param units rate-limit units of a call
     * @param bodyBytesMax bytes that a body may have
     * @param anyBody true if a body may be of any media type
     * @param needsKey true if a call that is not a read needs an idempotency key
     */
    public record Settings(
            String path, @Nullable String scope, int units, int bodyBytesMax, boolean anyBody, boolean needsKey) {}

    /** Makes the routes with these settings. */
    public GuardedRoute(Settings settings) {
        this.settings = settings;
        for (String method : METHODS) {
            byMethod.put(method, route(method.equals("HEAD") ? "GET" : method));
        }
    }

    public Settings settings() {
        return settings;
    }

    /**
     * Returns the request of a call, without its body.
     *
     * @param decoder makes the command, once the body is there and was checked
     * @throws RefusedException if no route of a host can have its method
     */
    public Request request(Call head, Route.Decoder decoder) {
        Route route = byMethod.get(head.method());
        if (route == null) {
            String allowed = String.join(", ", METHODS);
            throw new RefusedException(Refusal.of(
                            ProblemCode.METHOD_NOT_ALLOWED,
                            "This path takes " + allowed + ", got " + Quoted.of(head.method()) + ". Use one of them.")
                    .hint(allowed));
        }
        return new Request(
                        route.decodedBy(request -> decoder.decode(checked(request))),
                        head.method(),
                        List.of(),
                        head.query(),
                        new Request.Headers(head.headers()),
                        new byte[0],
                        false)
                .forHostAt(head.path())
                .sentBy(head.scheme());
    }

    private static Request checked(Request request) {
        if (request.route().body().isJson()) {
            String error = request.parseError();
            if (error != null) {
                throw RefusedException.of(ProblemCode.MALFORMED_REQUEST, error);
            }
        }
        return request;
    }

    private Route route(String method) {
        boolean reads = method.equals("GET");
        String scope = settings.scope();
        Body usual = Body.EMPTY.upTo(settings.bodyBytesMax(), JsonReader.ANY_NUMBER);
        Body body = settings.anyBody() ? usual.ofAnyType() : usual;
        return new Route(
                "guarded " + method + " " + settings.path(),
                method,
                settings.path(),
                new Route.Text("", "", ""),
                Route.Credential.WORKSPACE_KEY,
                scope == null ? null : ScopeBits.named(scope),
                settings.units(),
                Map.of(),
                false,
                settings.needsKey() && !reads ? Set.of(Route.Demand.IDEMPOTENCY_KEY) : Set.of(),
                reads ? Body.NONE : body,
                true,
                List.of(),
                List.of(),
                List.of(),
                false,
                false,
                true,
                decoder -> {
                    throw new IllegalStateException("Expected the decoder of a call, but this is the one of a route");
                });
    }
}
