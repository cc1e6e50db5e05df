package dev.plinth.engine.internal.node;

import dev.plinth.engine.api.Audience;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Figure;
import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.internal.base.FatalErrors;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.host.IdempotentWork;
import dev.plinth.engine.internal.json.ProblemJson;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.internal.wire.EarlyReplies;
import dev.plinth.engine.log.Leader;
import dev.plinth.engine.log.NodeRole;
import dev.plinth.engine.log.Position;
import dev.plinth.engine.server.NodeForwarding;
import dev.plinth.engine.settings.FirstStart;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** A node without a shared log, which leads from its opening to its end. Thread-safe. */
public final class SingleNode implements EngineNode {
    private final ActiveEngine active;
    private final ProblemJson problems;
    private final EarlyReplies replies;

    private SingleNode(ActiveEngine active, EngineParts parts) {
        this.active = active;
        this.problems = parts.problems();
        this.replies = parts.earlyReplies();
    }

    /** Opens a node over a store, which it owns and closes. */
    public static SingleNode open(EngineParts parts, Store store) {
        try {
            return new SingleNode(ActiveEngine.open(parts, store, true), parts);
        } catch (RuntimeException | Error e) {
            store.close();
            throw e;
        }
    }

    @Override
    public ActiveEngine active() {
        return active;
    }

    @Override
    public FatalErrors fatalErrors() {
        return active.store().fatalErrors();
    }

    @Override
    public NodeRole role() {
        return NodeRole.LEADER;
    }

    @Override
    public boolean isWritable() {
        return active.store().isWritable();
    }

    @Override
    public Position position() {
        return new Position(active.store().epoch(), active.store().committed());
    }

    @Override
    public byte[] stateHash() {
        return active.store().stateHash();
    }

    @Override
    public Optional<Leader> leader() {
        return Optional.empty();
    }

    @Override
    public Optional<NodeForwarding> forwarding() {
        return Optional.empty();
    }

    @Override
    public void rereadKeys() {
        // Proves nothing, because one node has no others.
    }

    /** Its role never changes. */
    @Override
    public void onRole(Consumer<? super NodeRole> listener) {}

    @Override
    public void resign() {
        throw new IllegalStateException(
                "An engine must have a shared log to resign, because no other node could lead. Close it instead.");
    }

    @Override
    public Optional<FirstStart> firstStart() {
        return active.firstStart();
    }

    @Override
    public Optional<String> newAdminToken() {
        return active.newAdminToken();
    }

    @Override
    public void beginDrain() {
        active.beginDrain();
    }

    @Override
    public void close() {
        active.beginDrain();
        active.close();
    }

    @Override
    public Reply refuse(Refusal refusal) {
        return replies.of(refusal);
    }

    /** It leads as long as it is open. */
    @Override
    public Reply refuse(Call call, Set<Audience> audiences) {
        return refuse(Refusal.shuttingDown());
    }

    /** It leads as long as it is open. */
    @Override
    public List<Figure> figures() {
        return List.of();
    }

    @Override
    public PlinthException exception(Refusal refusal) {
        return IdempotentWork.exception(problems, refusal, replies.newRequestId(), refusal.retryable());
    }
}
