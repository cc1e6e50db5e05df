package dev.plinth.engine.http.forward;

import dev.plinth.engine.Engine;
import dev.plinth.engine.api.Audience;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.http.call.CallService;
import dev.plinth.engine.http.call.CallServices;
import dev.plinth.engine.http.call.ForwardAdmission;
import dev.plinth.engine.http.call.ForwardedHeaders;
import dev.plinth.engine.http.call.RemoteCaller;
import dev.plinth.engine.log.Leader;
import dev.plinth.engine.server.Admission;
import dev.plinth.engine.server.NodeForwarding;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.LongPredicate;
import org.eclipse.jetty.http.HttpStatus;

/**
 * The engine of a node that shares a log. While another node leads, it hands calls on, a single hop. Each node answers
 * itself what concerns its process. Thread-safe.
 */
public final class ForwardCallService implements CallService {
    private static final String READY = "/health/ready";
    private static final Set<String> PROBED = Set.of("/health/live", READY, "/health/leader");
    private static final String RELOAD = "/admin/v1/config/reload";
    private static final String OWN_FILES =
            "A follower cannot be reloaded by a call, which the leader would answer for its own files;"
                    + " nothing was changed. Send SIGHUP to a plinth.jar that has --config, --tls-cert or --access-log;"
                    + " restart any other node.";
    private static final String FIGURES = "/metrics";

    private static final Set<Audience> OPERATORS = Set.of(Audience.OPERATOR, Audience.PROBE);
    private static final String API = "api";
    private static final String OPERATOR = "operator";

    private final Engine engine;
    private final NodeForwarding node;
    private final Doors doors;
    private final CallService local;
    private final Optional<Forwarder> forwarder;
    private final LateProofs lateProofs;

    /**
     * The engine's doors.
     *
     * @param own for calls of this port
     * @param operators for calls that came at the operator's port of another node, which reach this one here
     * @param audiences those of this port
     */
    private record Doors(CallService own, CallService operators, Set<Audience> audiences) {
        /** Returns true for a question about the node itself, which this port answers. */
        boolean tellOf(Call head) {
            boolean isQuestion = head.method().equals("GET") || head.method().equals("HEAD");
            return isQuestion
                    && (PROBED.contains(head.path()) && audiences.contains(Audience.PROBE)
                            || head.path().equals(FIGURES) && audiences.contains(Audience.OPERATOR));
        }
    }

    private ForwardCallService(Engine engine, NodeForwarding node, Doors doors, Optional<Forwarder> forwarder) {
        this.engine = engine;
        this.node = node;
        this.doors = doors;
        this.local = doors.own();
        this.forwarder = forwarder;
        this.lateProofs = new LateProofs(node);
    }

    /**
     * Returns doors that hand calls on, if the engine shares a log; else the same doors.
     *
     * @param client empty to refuse calls while another node leads
     */
    public static CallServices doors(Engine engine, CallServices own, Optional<LeaderClient> client) {
        Optional<NodeForwarding> node = engine.forwarding();
        return node.isEmpty()
                ? own
                : (executor, audiences) -> {
                    CallService local = own.open(executor, audiences);
                    boolean isApi = audiences.contains(Audience.TENANT);
                    Doors doors = new Doors(local, isApi ? own.open(executor, OPERATORS) : local, audiences);
                    return new ForwardCallService(
                            engine,
                            node.get(),
                            doors,
                            client.map(to -> new Forwarder(
                                    new ForwardedCall.Parts(engine, node.get(), to, local, isApi ? API : OPERATOR),
                                    executor)));
                };
    }

    @Override
    public Admission admit(Call head) {
        return local.admit(head);
    }

    @Override
    public Admission admit(Call head, RemoteCaller sender) {
        Optional<Leader> reign = ForwardedCall.Parts.reign(engine, node);
        if (sender.headers().contains(ForwardedHeaders.FORWARDED)) {
            return admitForwarded(head, sender, reign);
        }
        if (reign.isEmpty() && isOfThisMachine(head)) {
            return Admission.refused(local.refusal("not_leader", OWN_FILES));
        }
        if (forwarder.isEmpty()) {
            return local.admit(head);
        }
        BiFunction<byte[], LongPredicate, CompletableFuture<Reply>> forward =
                (body, memory) -> forwarder.get().forward(head, sender, body, memory);
        if (reign.isPresent()) {
            Admission own = local.admit(head);
            if (reign.equals(ForwardedCall.Parts.reign(engine, node))) {
                return own.isRefused() || doors.tellOf(head) || isOfThisMachine(head)
                        ? own
                        : new ReignAdmission(own, reply -> isOver(reign, reply), forward);
            }
        }
        if (doors.tellOf(head)) {
            return head.path().equals(READY) && forwarder.get().isAble()
                    ? Admission.refused(node.ready())
                    : local.admit(head);
        }
        if (isOfThisMachine(head)) {
            return Admission.refused(local.refusal("not_leader", OWN_FILES)); // the reign has ended meanwhile
        }
        return new ForwardAdmission(sender, engine.bodyBytesMax(head.method(), head.path()), this, forward);
    }

    /** Returns true for a call about files of this machine, which is not handed on: those of the leader are others. */
    private boolean isOfThisMachine(Call head) {
        return head.path().equals(RELOAD)
                && head.method().equals("POST")
                && doors.audiences().contains(Audience.OPERATOR);
    }

    /** Returns true for the answer that a call has changed nothing, because this reign has ended. */
    private boolean isOver(Optional<Leader> reign, Reply reply) {
        return reply.status() == HttpStatus.SERVICE_UNAVAILABLE_503
                && !reign.equals(ForwardedCall.Parts.reign(engine, node))
                && ForwardedCall.isNotDone(reply.body());
    }

    /** Takes a call that says to come from another node. Without a proof it is a call as any other. */
    private Admission admitForwarded(Call head, RemoteCaller sender, Optional<Leader> reign) {
        Optional<ForwardedHeaders.Origin> proven = ForwardedHeaders.origin(head, sender.headers(), node);
        if (proven.isEmpty()) {
            return local.admit(head);
        }
        ForwardedHeaders.Origin origin = proven.get();
        if (!isNew(origin)) {
            return Admission.refused(
                    node.notLeader()); // so that the node, if one has sent it, tries with another proof
        }
        sender.isForwarded(origin.client());
        if (reign.filter(own -> own.epoch() == origin.epoch()).isEmpty()) {
            return Admission.refused(node.notLeader()); // it was meant for a reign that is over or has yet to begin
        }
        CallService door = origin.door().equals(OPERATOR) ? doors.operators() : local;
        Admission admission = door.admit(head.withHeader(ForwardedHeaders.FORWARDED_LOWER, origin.node()));
        return admission.isRefused() || !admission.takesBody()
                ? admission
                : new ProvenAdmission(admission, origin.proof()::isOf, node::notLeader);
    }

    /** Returns true for a proof that is in time, and has not come before. */
    private boolean isNew(ForwardedHeaders.Origin origin) {
        if (!origin.proof().isInTime(node)) {
            lateProofs.warn(origin);
            return false;
        }
        return node.isFirst(origin.node(), origin.proof().nonce());
    }

    @Override
    public void endWaits() {
        local.endWaits();
        doors.operators().endWaits();
        forwarder.ifPresent(Forwarder::endWaits);
    }

    @Override
    public void endCalls() {
        forwarder.ifPresent(Forwarder::endCalls);
    }

    @Override
    public void noteError(Throwable error) {
        local.noteError(error);
    }

    @Override
    public void noteEnd(String thread, Throwable error) {
        local.noteEnd(thread, error);
    }

    @Override
    public Reply refusal(String code, String detail) {
        return local.refusal(code, detail);
    }
}
