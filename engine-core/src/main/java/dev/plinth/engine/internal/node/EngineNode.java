package dev.plinth.engine.internal.node;

import dev.plinth.engine.api.Audience;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Figure;
import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.internal.base.FatalErrors;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.log.Leader;
import dev.plinth.engine.log.NodeRole;
import dev.plinth.engine.log.Position;
import dev.plinth.engine.server.NodeForwarding;
import dev.plinth.engine.settings.FirstStart;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A node: holds the parts of an engine as long as it leads. Thread-safe. */
public interface EngineNode {
    /** Returns the parts of the present reign, or null if the node does not lead. */
    @Nullable
    ActiveEngine active();

    /** Returns what notes failures from which the engine does not recover. */
    FatalErrors fatalErrors();

    /** Returns what the node does now. */
    NodeRole role();

    /** Returns false once the journal has failed or the role is {@link NodeRole#STOPPED}. The end of a reign or a close changes nothing. */
    boolean isWritable();

    /** Returns how far it has come. */
    Position position();

    /** Returns the hash of the rows, for tests on a node on which nothing happens. */
    byte[] stateHash();

    /** Returns the node that leads, as far as this one knows; empty without a shared log. */
    Optional<Leader> leader();

    /** Returns what a server needs to hand calls on to the leader; empty without a shared log. */
    Optional<NodeForwarding> forwarding();

    /** Has what the nodes prove to each other go by the files of the master key as they are now. */
    void rereadKeys();

    /** Has a listener learn of each change of the role from now on. */
    void onRole(Consumer<? super NodeRole> listener);

    /** Gives the reign up, if the node has it. */
    void resign();

    /** Returns what the first reign of this node created because the log was empty. */
    Optional<FirstStart> firstStart();

    /** Returns the operator's token if a reign of this node has made it. */
    Optional<String> newAdminToken();

    /** Refuses new calls from now on, and does not begin to lead. */
    void beginDrain();

    /** Ends the node. Calls in flight get their grace. */
    void close();

    /** Returns the reply to something that no reign answers. */
    Reply refuse(Refusal refusal);

    /**
     * Returns the reply to a call while the node does not lead. Each node tells of itself: whether its process is alive and
     * leads, and its figures.
     *
     * @param audiences of the door to which the call came
     */
    Reply refuse(Call call, Set<Audience> audiences);

    /** Returns the figures of the node while it does not lead. */
    List<Figure> figures();

    /** Returns the exception of the typed API for it. */
    PlinthException exception(Refusal refusal);

    /**
     * Returns the parts of the present reign.
     *
     * @throws PlinthException 503 {@code not_leader} if the node does not lead
     */
    default ActiveEngine leading() {
        ActiveEngine active = active();
        if (active == null) {
            throw exception(Refusal.notLeader());
        }
        return active;
    }
}
