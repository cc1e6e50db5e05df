package dev.plinth.engine.http;

import dev.plinth.engine.Admission;
import dev.plinth.engine.Engine;
import dev.plinth.engine.NodeForwarding;
import dev.plinth.engine.NodeRole;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Reply;
import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The engine of a node that shares a log. While another node leads, it hands calls on, a single hop. Each node answers
 * itself what concerns its process. Thread-safe.
 */
final class ForwardCallService implements CallService {
    private static final Set<String> OF_A_NODE = Set.of("/health/live", "/health/ready", "/health/leader", "/metrics");

    private final Engine engine;
    private final NodeForwarding node;
    private final CallService local;
    private final Optional<Forwarder> forwarder;

    /**
     * @param local the engine's own door
     * @param forwarder empty to refuse calls while another node leads
     */
    ForwardCallService(Engine engine, NodeForwarding node, CallService local, Optional<Forwarder> forwarder) {
        this.engine = engine;
        this.node = node;
        this.local = local;
        this.forwarder = forwarder;
    }

    /** Returns doors that hand calls on, if the engine shares a log; else the same doors. */
    static EngineServer.Doors doors(Engine engine, EngineServer.Doors own, Optional<LeaderClient> client) {
        Optional<NodeForwarding> node = engine.forwarding();
        return node.isEmpty()
                ? own
                : (executor, audiences) -> {
                    CallService local = own.open(executor, audiences);
                    return new ForwardCallService(
                            engine,
                            node.get(),
                            local,
                            client.map(to ->
                                    new Forwarder(new ForwardedCall.Parts(engine, node.get(), to, local), executor)));
                };
    }

    @Override
    public Admission admit(Call head) {
        return local.admit(head);
    }

    @Override
    public Admission admit(Call head, Sender sender) {
        boolean isForwarded = head.headers().containsKey(ForwardedHeaders.FORWARDED_LOWER);
        if (engine.role() == NodeRole.LEADER) {
            return local.admit(isForwarded ? fromNode(head, sender) : head);
        }
        if (isForwarded || forwarder.isEmpty() || OF_A_NODE.contains(head.path())) {
            return local.admit(head);
        }
        return new ForwardAdmission(
                sender,
                engine.bodyBytesMax(head.method(), head.path()),
                this,
                (body, memory) -> forwarder.get().forward(head, sender, body, memory));
    }

    /** Takes a call that says to come from another node. Without a proof it is a call as any other. */
    private Call fromNode(Call head, Sender sender) {
        Optional<Optional<InetAddress>> client =
                engine.leader().flatMap(me -> ForwardedHeaders.client(sender.headers(), node, me));
        if (client.isPresent()) {
            sender.isForwarded(client.get());
            return head;
        }
        Map<String, String> headers = new LinkedHashMap<>(head.headers());
        headers.remove(ForwardedHeaders.FORWARDED_LOWER);
        return new Call(head.method(), head.path(), head.query(), headers, head.body(), head.bodyTooLarge());
    }

    @Override
    public void endWaits() {
        local.endWaits();
        forwarder.ifPresent(Forwarder::endWaits);
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
