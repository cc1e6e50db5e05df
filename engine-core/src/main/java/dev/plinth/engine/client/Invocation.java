package dev.plinth.engine.client;

import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.api.Problem;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.pipeline.Answer;
import dev.plinth.engine.internal.pipeline.OpenWaits;
import dev.plinth.engine.internal.pipeline.ReplyTo;
import dev.plinth.engine.internal.pipeline.Request;
import dev.plinth.engine.internal.wire.Wire;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A call of the typed client, ready to be made: now with {@link #call}, or without waiting with {@link #submit}.
 *
 * <p>Immutable: every option returns a new invocation. An invocation may be made several times; with an idempotency key
 * it executes once.
 *
 * @param <T> the type of its result
 */
public final class Invocation<T> {
    private final Invocations invocations;
    private final String operation;
    private final List<String> pathValues;
    private final @Nullable String query;
    private final Request.Headers headers;
    private final byte[] body;
    private final Function<Json, T> reader;

    private Invocation(
            Invocations invocations,
            String operation,
            List<String> pathValues,
            @Nullable String query,
            Request.Headers headers,
            byte[] body,
            Function<Json, T> reader) {
        this.invocations = invocations;
        this.operation = operation;
        this.pathValues = pathValues;
        this.query = query;
        this.headers = headers;
        this.body = body;
        this.reader = reader;
    }

    static <T> Invocation<T> of(
            Invocations invocations, String operation, List<String> pathValues, byte[] body, Function<Json, T> reader) {
        return new Invocation<>(invocations, operation, pathValues, null, invocations.headers(), body, reader);
    }

    /**
     * Returns this call under an idempotency key. Made again within 24 hours, also over HTTP, it returns the first
     * result and executes nothing.
     *
     * @param key 1–255 printable ASCII characters
     */
    public Invocation<T> idempotencyKey(String key) {
        Objects.requireNonNull(key, "key must not be null; leave it out for a call without one.");
        return with(query, headers.withIdempotencyKey(key));
    }

    /**
     * Returns this call on the condition that the target still has this version (412 otherwise).
     *
     * @throws IllegalStateException if the call checks no version, such as one that creates something
     */
    public Invocation<T> ifVersion(long version) {
        Wire wire = invocations.wire();
        if (wire != null && !wire.looksAtVersions(operation)) {
            throw new IllegalStateException(operation + " looks at no version; leave ifVersion out");
        }
        return with(query, headers.withIfMatch("\"v" + version + "\""));
    }

    /**
     * Makes the call on this thread and returns when its outcome is durable.
     *
     * @throws PlinthException if the call was refused; it carries the problem
     * @throws IllegalStateException on a thread of the engine's own, on which a host's log handler or clock may run
     */
    public T call() {
        Target target = invocations.target().get();
        return result(target.wire(), target.dispatcher().call(request(target.wire())));
    }

    /**
     * Makes the call without waiting for the disk. The future fails with {@link PlinthException} if the call was
     * refused. A stage chained to it may call the engine and wait, as for {@code Engine.submit}.
     */
    public CompletableFuture<T> submit() {
        return submitting(target -> target.dispatcher().workers());
    }

    /** Makes the call without waiting for the disk. A wait of the call ends at the latest when these waits are ended. */
    CompletableFuture<T> submit(OpenWaits waits) {
        return submitting(target -> new ReplyTo(target.dispatcher().workers().executor(), waits));
    }

    private CompletableFuture<T> submitting(Function<Target, ReplyTo> way) {
        Target target;
        try {
            target = invocations.target().get();
        } catch (PlinthException noLeader) {
            return CompletableFuture.failedFuture(noLeader);
        }
        // Not thenApply, which would show a CompletionException to the stages of the caller.
        CompletableFuture<T> made = new CompletableFuture<>();
        CompletableFuture<Answer> unused = target.dispatcher()
                .submit(request(target.wire()), way.apply(target))
                .whenComplete((answer, failure) -> {
                    if (failure == null) {
                        complete(made, target.wire(), answer);
                    } else {
                        made.completeExceptionally(failure);
                    }
                });
        return made;
    }

    private void complete(CompletableFuture<T> made, Wire wire, Answer answer) {
        T result;
        try {
            result = result(wire, answer);
        } catch (RuntimeException | Error e) {
            made.completeExceptionally(e);
            return;
        }
        made.complete(result);
    }

    /** Returns this call with a parameter of the query. */
    Invocation<T> parameter(String name, String value) {
        return with(and(query, name, value), headers);
    }

    private static String and(@Nullable String query, String name, String value) {
        String pair = URLEncoder.encode(name, StandardCharsets.UTF_8) + "="
                + URLEncoder.encode(value, StandardCharsets.UTF_8);
        return query == null ? pair : query + "&" + pair;
    }

    private Invocation<T> with(@Nullable String otherQuery, Request.Headers otherHeaders) {
        return new Invocation<>(invocations, operation, pathValues, otherQuery, otherHeaders, body, reader);
    }

    private Request request(Wire wire) {
        return invocations.request(wire, operation, pathValues, query, headers, body);
    }

    private T result(Wire wire, Answer answer) {
        Outcome outcome = answer.outcome();
        if (outcome instanceof Outcome.Done done && done.status() < 400) {
            return reader.apply(Json.trusted(done.body()));
        }
        if (outcome instanceof Outcome.Replayed replayed && replayed.status() < 400) {
            return reader.apply(Json.trusted(replayed.body()));
        }
        Reply reply = wire.reply(answer);
        String seconds = reply.header("Retry-After");
        throw new PlinthException(
                Problem.of(Json.trusted(reply.body())),
                seconds == null ? null : Duration.ofSeconds(Long.parseLong(seconds)));
    }
}
