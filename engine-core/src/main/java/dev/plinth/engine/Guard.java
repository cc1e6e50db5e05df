package dev.plinth.engine;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Effects;
import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.api.Scope;
import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.handler.GuardedHandler;
import dev.plinth.engine.handler.GuardedRequest;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.problem.HostFailure;
import dev.plinth.engine.internal.base.problem.Quoted;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.command.GuardedCall;
import dev.plinth.engine.internal.command.HostEffects;
import dev.plinth.engine.internal.command.RecordedEffects;
import dev.plinth.engine.internal.node.ActiveEngine;
import dev.plinth.engine.internal.node.EngineNode;
import dev.plinth.engine.internal.node.GuardParts;
import dev.plinth.engine.internal.pipeline.PendingRequest;
import dev.plinth.engine.internal.pipeline.Request;
import dev.plinth.engine.internal.settings.SettingChecks;
import dev.plinth.engine.internal.wire.GuardedRoute;
import dev.plinth.engine.server.CallBudgets;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Lets calls in to routes that the host answers itself, by the rules of the wire. API key, state of key and workspace,
 * rate limit, body, scope and idempotency key are checked in this order. A refused call gets the same problem and headers
 * as on the wire. Each call stands in the request log and in the metrics.
 *
 * <p>The reply is committed with the effects of the code in one record. A repetition under the same
 * {@code Idempotency-Key} gets the same bytes, and the code does not run again. A reply with 412, 428, 429 or 5xx is
 * not remembered, so a repetition runs the code. Without a key nothing is remembered. If the code throws, the call is
 * answered with 500, nothing was changed, and the key is free. That 500 is not {@code retryable} after an exception that
 * the same input brings about again, such as an {@link IllegalArgumentException}. A {@link PlinthException} of a call
 * that the code has made is answered with its problem.
 *
 * <p>A reply has a status of 200 to 599 and a complete body. The body has at most 128 KiB, and 4 MiB for GET and HEAD.
 * There are up to 32 headers of 8,192 characters together. They are none that the engine sets, such as
 * {@code Request-Id}, none of a connection, no {@code Content-Length} and no {@code Set-Cookie}. Any other reply is
 * answered with 500, and the log says why.
 *
 * <p>The bodies in flight of a workspace, and of all of them, take at most a part of the heap ({@link CallBudgets}). A
 * call beyond it is answered with 503 {@code capacity_exhausted}.
 *
 * <p>Made by {@link Engine#guard}. Immutable, safe for use by several threads. Make one for each route and keep it.
 */
public final class Guard {
    /** Bytes that the body of a reply may have. */
    public static final int REPLY_BYTES_MAX = Limits.HOST_RESULT_BYTES_MAX;

    /** Bytes that the body of a reply to GET and HEAD may have. */
    public static final int READ_REPLY_BYTES_MAX = Limits.GUARDED_READ_BYTES_MAX;

    private static final int PATH_LENGTH_MAX = 200;

    private final EngineNode node;
    private final CallBudgets budgets;
    private final GuardedRoute route;

    Guard(EngineNode node, CallBudgets budgets) {
        this(node, budgets, GuardedRoute.USUAL);
    }

    private Guard(EngineNode node, CallBudgets budgets, GuardedRoute.Settings settings) {
        this.node = node;
        this.budgets = budgets;
        this.route = new GuardedRoute(settings);
    }

    /**
     * Returns this guard for a route of its own in the request log and in metrics. The usual one is {@code /**}.
     *
     * @param path the path with its variables in braces, such as {@code /invoices/{id}}; 1–200 printable ASCII
     *     characters without spaces, beginning with {@code /}. The metrics keep figures of each for ever
     */
    public Guard route(String path) {
        Objects.requireNonNull(path, "path must not be null.");
        boolean printable = path.chars().allMatch(c -> c > ' ' && c <= '~');
        if (!path.startsWith("/") || path.length() > PATH_LENGTH_MAX || !printable) {
            throw new IllegalArgumentException("A route must begin with / and have at most " + PATH_LENGTH_MAX
                    + " printable ASCII characters, got " + Quoted.of(path) + ". Write it as in /invoices/{id}.");
        }
        GuardedRoute.Settings was = route.settings();
        return with(path, was.scope(), was.units(), was.bodyBytesMax(), was.anyBody(), was.needsKey());
    }

    /**
     * Returns this guard for keys with a scope. The usual guard lets each key in.
     *
     * @param scope a scope of the engine; a key with all scopes has it too
     * @throws IllegalArgumentException if it is {@link Scope#UNKNOWN}
     */
    public Guard scope(Scope scope) {
        if (Objects.requireNonNull(scope, "scope must not be null.") == Scope.UNKNOWN) {
            throw new IllegalArgumentException("scope must be one of this release, got UNKNOWN. Name another one.");
        }
        GuardedRoute.Settings was = route.settings();
        return with(was.path(), scope.wireName(), was.units(), was.bodyBytesMax(), was.anyBody(), was.needsKey());
    }

    /** Returns this guard for calls that take so many rate-limit units, 0–1,000. The usual guard takes 1. */
    public Guard units(int units) {
        int checked = SettingChecks.checkedUnits(units);
        GuardedRoute.Settings was = route.settings();
        return with(was.path(), was.scope(), checked, was.bodyBytesMax(), was.anyBody(), was.needsKey());
    }

    /** Returns this guard for bodies of at most so many bytes, up to 4 MiB. The usual guard takes 256 KiB. */
    public Guard bodyBytesMax(int bytes) {
        if (bytes < 1 || bytes > Limits.BULK_BODY_BYTES_MAX) {
            throw new IllegalArgumentException("A body may have 1 to " + Limits.BULK_BODY_BYTES_MAX + " bytes, got "
                    + bytes + ". Use less, and let the caller store the rest elsewhere.");
        }
        GuardedRoute.Settings was = route.settings();
        return with(was.path(), was.scope(), was.units(), bytes, was.anyBody(), was.needsKey());
    }

    /**
     * Returns this guard for bodies of any media type, which reach the host's code as they are. Only a
     * {@code Content-Encoding} is refused. Two bodies under one idempotency key are the same if all their bytes are. The
     * usual guard takes a JSON value or no body.
     */
    public Guard anyBody() {
        GuardedRoute.Settings was = route.settings();
        return with(was.path(), was.scope(), was.units(), was.bodyBytesMax(), true, was.needsKey());
    }

    /**
     * Returns this guard with a required {@code Idempotency-Key}. A call without one, other than GET and HEAD, is refused
     * with 400 {@code idempotency_key_missing}.
     */
    public Guard requiresKey() {
        GuardedRoute.Settings was = route.settings();
        return with(was.path(), was.scope(), was.units(), was.bodyBytesMax(), was.anyBody(), true);
    }

    /** Returns what the bodies of guarded calls may take, for tests. */
    CallBudgets budgets() {
        return budgets;
    }

    private Guard with(
            String path, @Nullable String scope, int units, int bodyBytesMax, boolean anyBody, boolean needsKey) {
        return new Guard(node, budgets, new GuardedRoute.Settings(path, scope, units, bodyBytesMax, anyBody, needsKey));
    }

    /**
     * Answers a call on this thread, by the host's code if the call is let in.
     *
     * @param call the whole call; its path may be any
     * @return the reply once it is durable with its effects, a remembered one, or a problem
     * @throws IllegalStateException on a thread of the engine's own
     */
    public Reply handle(Call call, GuardedHandler handler) {
        Objects.requireNonNull(call, "call must not be null.");
        return answer(call, handler, memory -> memory.take(call));
    }

    /**
     * Answers a call as {@link #handle(Call, GuardedHandler)} does. The body is read only if the headers let the call
     * in, and only as far as it may be long.
     *
     * @param head the call without its body
     * @param body the body, not closed
     * @throws IOException if the body cannot be read; the code has not run
     */
    public Reply handle(Call head, InputStream body, GuardedHandler handler) throws IOException {
        Objects.requireNonNull(head, "head must not be null.");
        Objects.requireNonNull(body, "body must not be null.");
        return answer(head, handler, memory -> memory.read(body));
    }

    private <E extends Exception> Reply answer(Call head, GuardedHandler handler, BodySource<E> body) throws E {
        Objects.requireNonNull(handler, "handler must not be null.");
        ActiveEngine active = node.active();
        if (active == null) {
            return node.refuse(Refusal.notLeader());
        }
        GuardParts parts = active.guardParts();
        PendingRequest pending;
        try {
            pending = arrive(parts, head, handler);
        } catch (RefusedException noMethod) {
            return node.refuse(noMethod.refusal());
        }
        try (GuardedBody memory = new GuardedBody(budgets, pending)) {
            body.fill(memory);
            return parts.wire().reply(parts.dispatcher().call(pending));
        }
    }

    /** Gives the body of a call. */
    @FunctionalInterface
    private interface BodySource<E extends Exception> {
        void fill(GuardedBody memory) throws E;
    }

    private PendingRequest arrive(GuardParts parts, Call head, GuardedHandler handler) {
        Request request = route.request(
                head,
                decoded -> GuardedCall.of(
                        route.settings().path(),
                        !decoded.route().mutates(),
                        context -> run(parts, handler, head.withBody(decoded.body()), decoded, context)));
        return parts.dispatcher().arriveToCall(request);
    }

    private static GuardedCall.Ended run(
            GuardParts parts, GuardedHandler handler, Call call, Request request, Context context) {
        String workspace = context.workspace().text();
        RecordedEffects recorder = parts.recorders().get();
        Reply reply;
        HostEffects effects;
        try {
            reply = handler.handle(new Running(
                    call,
                    workspace,
                    context.caller().key().text(),
                    request.id().text(),
                    Optional.ofNullable(request.key()),
                    parts.clients().apply(workspace),
                    recorder));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("The thread of a guarded call was interrupted.", interrupted);
        } catch (RuntimeException unchecked) {
            throw HostFailure.inCall(unchecked, request.id());
        } catch (Exception checked) {
            throw new IllegalStateException("The host's code failed in a guarded call.", checked);
        } finally {
            effects = recorder.end();
        }
        Objects.requireNonNull(reply, "The host's code must return a reply, got null.");
        return new GuardedCall.Ended(reply, effects);
    }

    /** A call that was let in. */
    private record Running(
            Call call,
            String workspaceId,
            String keyId,
            String requestId,
            Optional<String> idempotencyKey,
            PlinthClient workspace,
            Effects effects)
            implements GuardedRequest {}
}
