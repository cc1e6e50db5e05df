package dev.plinth.engine.http.forward;

import dev.plinth.engine.Engine;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.http.call.CallService;
import dev.plinth.engine.http.call.ForwardedHeaders;
import dev.plinth.engine.http.call.Refusals;
import dev.plinth.engine.http.call.RemoteCaller;
import dev.plinth.engine.http.exchange.RelayedReply;
import dev.plinth.engine.log.Leader;
import dev.plinth.engine.server.Admission;
import dev.plinth.engine.server.NodeForwarding;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.content.ByteBufferContentSource;
import org.eclipse.jetty.util.NanoTime;
import org.eclipse.jetty.util.Promise;
import org.eclipse.jetty.util.thread.Invocable.InvocationType;
import org.jspecify.annotations.Nullable;

/**
 * A call that another node decides, until it is answered.
 *
 * <pre>
 *   WAITING --a node leads--> SENT --answer--> RELAYED --written--> ENDED
 *     SENT --certainly not applied, or may be repeated--> WAITING
 *     WAITING --this node leads, or the time is over--> ENDED
 * </pre>
 *
 * <p>A call is sent again only if that cannot apply it twice. It has certainly changed nothing, its method is safe, or
 * it has an idempotency key and goes to the leader of a later reign. Thread-safe.
 */
final class ForwardedCall {
    /** How long a call waits for a node that leads. It is longer than a takeover behind a frozen leader usually takes. */
    static final long WAIT_MILLIS = 5_000;

    /** How long the answers of an earlier leader may still come once another one is known. */
    static final long LATE_MILLIS = 500;

    /** How long answers may still come to calls that this node would end because it closes. */
    static final long DRAIN_MILLIS = 500;

    /** When no other attempt begins, so that a client's own patience is likely over. */
    private static final long ATTEMPTS_MILLIS = 35_000;

    private static final long AGAIN_MILLIS = 200;
    private static final int REFUSAL_BYTES_MAX = 64 * 1024;
    private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS");
    private static final Set<String> NOT_DONE = Set.of("not_leader", "shutting_down");
    private static final Pattern CODE = Pattern.compile("\"code\":\"([a-z_]+)\"");
    private static final byte[] NO_BODY = {};

    private final Parts parts;
    private final Call head;
    private final RemoteCaller sender;
    private final byte[] body;
    private final LongPredicate memory;
    private final LeaderContact contact;
    private final CompletableFuture<Reply> answer = new CompletableFuture<>();
    private final boolean isSafe;
    private final boolean isKeyed;
    private final long begunNanos = NanoTime.now();

    private State state = State.WAITING;
    private @Nullable Leader tried;
    private long triedNanos;
    private long changedNanos;
    private boolean isChanged;
    private boolean needsLaterReign;
    /** True once a leader may have carried the call out. */
    private boolean mayBeDone;

    private long waitingNanos = begunNanos;
    private boolean isDraining;
    private long drainingNanos;
    private @Nullable Attempt attempt;
    private LeaderClient.@Nullable Sending sending;
    private @Nullable RelayedReply relayed;
    /** The answer if no other leader comes in time. */
    private @Nullable RelayedReply last;

    private enum State {
        WAITING,
        SENT,
        RELAYED,
        ENDED
    }

    /** The answers of one leader. Those of an earlier attempt count nothing. */
    private final class Attempt implements LeaderClient.Listener {
        @Override
        public void answered(Response response, Content.Source source) {
            if (response.getStatus() == HttpStatus.SERVICE_UNAVAILABLE_503) {
                readRefusal(response, source);
            } else {
                Consumer<Throwable> abort = failure -> abort(response, failure);
                relay(
                        this,
                        new RelayedReply(
                                response.getStatus(), response.getHeaders(), source, abort, ForwardedCall.this::end),
                        abort);
            }
        }

        @Override
        public void failed(Throwable failure, boolean isSent) {
            ForwardedCall.this.failed(this, failure, isSent);
        }

        private void readRefusal(Response response, Content.Source source) {
            Content.Source.asByteArrayAsync(
                    source,
                    REFUSAL_BYTES_MAX,
                    Promise.Invocable.from(
                            InvocationType.NON_BLOCKING,
                            bytes -> refused(this, response.getStatus(), response.getHeaders(), bytes),
                            failure -> failed(failure, true)));
        }
    }

    /**
     * The parts of a server that calls use.
     *
     * @param local decides if this node leads meanwhile
     * @param door the name of the door at which the calls come
     */
    record Parts(Engine engine, NodeForwarding node, LeaderClient client, CallService local, String door) {
        /** Returns this node with its reign; empty if it does not lead, also while what a reign has begun still ends. */
        static Optional<Leader> reign(Engine engine, NodeForwarding node) {
            return engine.leader()
                    .filter(leader -> leader.node().id().equals(node.node().id()));
        }
    }

    /**
     * Takes a call.
     *
     * @param memory reserves memory for the body, if this node leads meanwhile
     */
    ForwardedCall(
            Parts parts, Call head, RemoteCaller sender, byte[] body, LongPredicate memory, LeaderContact contact) {
        this.parts = parts;
        this.head = head;
        this.sender = sender;
        this.body = body;
        this.memory = memory;
        this.contact = contact;
        this.isSafe = SAFE.contains(head.method());
        this.isKeyed = head.headers().containsKey("idempotency-key");
    }

    /** Returns the answer to come. */
    CompletableFuture<Reply> answer() {
        return answer;
    }

    synchronized boolean isEnded() {
        return state == State.ENDED;
    }

    /** Goes on if there is a reason to. Called at the beginning, and again every few milliseconds until the end. */
    void look() {
        Runnable next;
        synchronized (this) {
            next = switch (state) {
                case WAITING -> afterWait();
                case SENT -> isLate() || isStuck() || isDrained() ? this::abort : null;
                case RELAYED -> isLate() || isDraining ? this::endStream : null;
                case ENDED -> null;
            };
        }
        if (next != null) {
            next.run();
        }
    }

    /** Ends waits and streams, because the server closes. Other calls go on. */
    void endWait() {
        synchronized (this) {
            if (!isDraining) {
                isDraining = true;
                drainingNanos = NanoTime.now();
            }
        }
        look();
    }

    /** Ends the call if the leader has not answered yet, because the server is about to cut it. */
    void endNow() {
        abort();
    }

    private @Nullable Runnable afterWait() {
        if (Parts.reign(parts.engine(), parts.node()).isPresent()) {
            state = State.ENDED;
            return this::decideHere;
        }
        boolean isOver = NanoTime.millisSince(waitingNanos) >= WAIT_MILLIS
                || NanoTime.millisSince(begunNanos) >= ATTEMPTS_MILLIS;
        if (isDraining || isOver) {
            return giveUp();
        }
        Leader leader = parts.engine().leader().filter(this::isWorthATry).orElse(null);
        if (leader == null) {
            return null;
        }
        if (!contact.isGreeted(leader)) {
            return () -> contact.greet(leader);
        }
        state = State.SENT;
        tried = leader;
        triedNanos = NanoTime.now();
        isChanged = false;
        Attempt next = new Attempt();
        attempt = next;
        return () -> attempt(next, leader);
    }

    private void attempt(Attempt next, Leader leader) {
        try {
            contact.greet(leader);
            send(next, leader);
        } catch (RuntimeException | Error e) {
            failed(next, e, false);
            throw e;
        }
    }

    private boolean isWorthATry(Leader leader) {
        Leader before = tried;
        return leader.node().url().isPresent()
                && (before == null
                        || leader.epoch() > before.epoch()
                        || !needsLaterReign && NanoTime.millisSince(triedNanos) >= AGAIN_MILLIS);
    }

    /** Returns true if another reign has begun for some time. */
    private boolean isLate() {
        boolean isOther = parts.engine()
                .leader()
                .filter(leader -> tried == null || leader.epoch() > tried.epoch())
                .isPresent();
        if (!isOther) {
            return false;
        }
        if (!isChanged) {
            isChanged = true;
            changedNanos = NanoTime.now();
        }
        return NanoTime.millisSince(changedNanos) >= LATE_MILLIS;
    }

    /** Returns true if no connection was free for long. */
    private boolean isStuck() {
        return sending != null && !sending.hasBegun() && NanoTime.millisSince(triedNanos) >= WAIT_MILLIS;
    }

    /** Returns true for a wait that this node ends. A call that changes something has the whole time of the drain. */
    private boolean isDrained() {
        return isDraining && isSafe && NanoTime.millisSince(drainingNanos) >= DRAIN_MILLIS;
    }

    private Runnable giveUp() {
        RelayedReply refusal = last;
        if (refusal != null && !mayBeDone) {
            state = State.RELAYED;
            relayed = refusal;
            return () -> answer.complete(refusal.asReply());
        }
        state = State.ENDED;
        if (mayBeDone) {
            return () -> answer.complete(parts.node().outcomeUnknown(isKeyed));
        }
        return () -> answer.complete(
                isDraining
                        ? Refusals.shuttingDown(parts.local()).with("Retry-After", "1")
                        : parts.node().notLeader());
    }

    private void decideHere() {
        try {
            admitAndSubmit();
        } catch (RuntimeException | Error e) {
            answer.completeExceptionally(e); // the call has ended, so that nothing else answers it
            throw e;
        }
    }

    private void admitAndSubmit() {
        Admission admission = parts.local().admit(head);
        CompletableFuture<Reply> reply = admission.isRefused()
                ? admission.submit(NO_BODY, memory)
                : body.length > admission.bodyBytesMax() ? admission.submitTooLarge() : admission.submit(body, memory);
        reply.whenComplete((value, failure) -> {
            if (failure != null) {
                answer.completeExceptionally(failure);
            } else {
                answer.complete(value);
            }
        });
    }

    private void send(Attempt next, Leader leader) {
        URI url = leader.node().url().orElseThrow();
        ForwardedHeaders.Content content =
                ForwardedHeaders.Content.of(parts.door(), head, sender.hasBody() ? body : NO_BODY);
        LeaderClient.Sending sent = parts.client()
                .send(
                        url,
                        head,
                        sender.hasBody() ? body : null,
                        headers -> ForwardedHeaders.addTo(headers, sender, content, parts.node(), leader),
                        next);
        synchronized (this) {
            if (isOf(next)) {
                sending = sent;
            }
        }
    }

    private static void abort(Response response, Throwable failure) {
        CompletableFuture<Boolean> unused = response.abort(failure);
    }

    /** Takes the refusal of a node. A later leader may answer otherwise, if nothing has happened or the call may be repeated. */
    private void refused(Attempt from, int status, HttpFields headers, byte[] bytes) {
        String problem = code(bytes);
        RelayedReply refusal = new RelayedReply(
                status, headers, new ByteBufferContentSource(ByteBuffer.wrap(bytes)), failure -> {}, this::end);
        boolean isNotDone = NOT_DONE.contains(problem);
        if (isNotDone || problem.equals("outcome_unknown") && (isSafe || isKeyed)) {
            synchronized (this) {
                if (isOf(from)) {
                    waitingNanos += NanoTime.since(triedNanos); // the leader has had this time
                    await(!isNotDone);
                    last = refusal;
                }
            }
            look();
        } else {
            relay(from, refusal, failure -> {});
        }
    }

    private synchronized boolean isOf(Attempt from) {
        return state == State.SENT && from.equals(attempt);
    }

    /** Returns true for the body of a refusal that says that its node ends or does not lead, and has not done the call. */
    static boolean isNotDone(byte[] refusal) {
        return NOT_DONE.contains(code(refusal));
    }

    private static String code(byte[] refusal) {
        Matcher code = CODE.matcher(new String(refusal, StandardCharsets.UTF_8));
        return code.find() ? code.group(1) : "";
    }

    /** Passes a reply on, unless it is the late one of an earlier attempt. That one is dropped. */
    private void relay(Attempt from, RelayedReply reply, Consumer<Throwable> drop) {
        boolean isOf;
        synchronized (this) {
            isOf = isOf(from);
            if (isOf) {
                state = State.RELAYED;
                relayed = reply;
            }
        }
        if (isOf) {
            answer.complete(reply.asReply());
        } else {
            drop.accept(new IllegalStateException("The call has gone to another leader"));
        }
    }

    private void failed(Attempt from, Throwable failure, boolean isSent) {
        boolean isUnknown;
        synchronized (this) {
            if (!isOf(from)) {
                return;
            }
            isUnknown = isSent && !isSafe && !isKeyed;
            if (isUnknown) {
                state = State.ENDED;
            } else {
                await(isSent);
                last = null;
            }
        }
        Leader leader = tried;
        if (!isSent && leader != null) {
            contact.failed(leader, failure);
        }
        if (isUnknown) {
            answer.complete(parts.node().outcomeUnknown(false));
        } else {
            look();
        }
    }

    /** @param isDoubtful true if the leader may have carried the call out */
    private synchronized void await(boolean isDoubtful) {
        state = State.WAITING;
        if (isDoubtful) {
            waitingNanos = NanoTime.now(); // the time until now was the leader's
        }
        needsLaterReign = isDoubtful && !isSafe;
        mayBeDone |= needsLaterReign;
        attempt = null;
        sending = null;
    }

    private void abort() {
        LeaderClient.Sending sent;
        synchronized (this) {
            sent = state == State.SENT ? sending : null;
        }
        if (sent != null) {
            sent.abort();
        }
    }

    private void endStream() {
        RelayedReply stream;
        synchronized (this) {
            stream = state == State.RELAYED ? relayed : null;
        }
        if (stream != null) {
            stream.endStream();
        }
    }

    /** Ends it without an answer. */
    synchronized void end() {
        state = State.ENDED;
    }
}
