package dev.plinth.engine.testkit;

import dev.plinth.engine.Engine;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Refusals without a reason, as the engine would have written them: its documents, in its sentences, with its headers.
 *
 * <p>Refusals that come after the rate limit show its state. So the engine is asked for that state, which takes no
 * unit. If the engine refuses even that call, its refusal is the answer, because it comes first.
 */
final class MadeUpRefusals {
    private static final int OK = 200;
    private static final String LIMIT = "RateLimit-Policy";
    private static final String LIMIT_NOW = "RateLimit";

    private MadeUpRefusals() {}

    static CompletableFuture<Reply> rateLimited(Engine engine, Call call, int retryAfterSeconds) {
        return behindTheLimit(engine, call, standing -> {
            Map<String, @Nullable Object> limit = Json.of(standing.text()).asMap();
            Map<?, ?> policy = (Map<?, ?>) ((List<?>) Objects.requireNonNull(limit.get("policies"))).get(0);
            Object plan = limit.get("plan");
            Object requests = policy.get("limit");
            Object seconds = policy.get("windowSeconds");
            String detail = "Plan " + plan + " allows " + requests + " requests in " + seconds
                    + " seconds, and there were more. Try again in " + retryAfterSeconds + " s.";
            Reply refusal = retryAfter(engine.refusal("rate_limited", detail), retryAfterSeconds);
            String left = header(standing, LIMIT_NOW).replaceFirst("r=\\d+;t=\\d+", "r=0;t=" + retryAfterSeconds);
            return with(with(refusal, LIMIT, header(standing, LIMIT)), LIMIT_NOW, left);
        });
    }

    static CompletableFuture<Reply> internalError(Engine engine, Call call) {
        return behindTheLimit(engine, call, standing -> {
            Reply refusal = engine.refusal(
                    "internal_error",
                    "The engine or the host failed; nothing was changed. Try again, and look for the request id in the log of the server.");
            return with(with(refusal, LIMIT, header(standing, LIMIT)), LIMIT_NOW, header(standing, LIMIT_NOW));
        });
    }

    static CompletableFuture<Reply> shuttingDown(Engine engine, int retryAfterSeconds) {
        Reply refusal = engine.refusal(
                "shutting_down", "The engine is shutting down; nothing was changed. Send the call again.");
        return CompletableFuture.completedFuture(retryAfter(refusal, retryAfterSeconds));
    }

    private static CompletableFuture<Reply> behindTheLimit(Engine engine, Call call, Function<Reply, Reply> refusal) {
        Call ask = Call.of("GET", "/v1/rate-limit")
                .withHeader("authorization", call.headers().getOrDefault("authorization", ""));
        return engine.submit(ask).thenApply(standing -> standing.status() == OK ? refusal.apply(standing) : standing);
    }

    private static Reply retryAfter(Reply reply, int seconds) {
        return with(reply, "Retry-After", Integer.toString(seconds));
    }

    private static String header(Reply reply, String name) {
        return Objects.requireNonNull(reply.header(name), name);
    }

    private static Reply with(Reply reply, String name, String value) {
        Map<String, String> headers = new LinkedHashMap<>(reply.headers());
        headers.put(name, value);
        return Reply.of(reply.status(), headers, reply.body());
    }
}
