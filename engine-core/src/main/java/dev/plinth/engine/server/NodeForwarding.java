package dev.plinth.engine.server;

import dev.plinth.engine.api.Experimental;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.log.Node;
import java.util.Optional;

/**
 * Lets a server hand calls on to the node that leads. A node proves that it has written a text by an HMAC-SHA256 under a
 * key that follows from the master key of all nodes. Made by {@code Engine.forwarding}. Thread-safe. Only the engine implements it.
 */
@Experimental
public interface NodeForwarding {
    /** Returns this node. */
    Node node();

    /**
     * Returns the MAC of a text, in characters of a header. Empty if the nodes share no key, because the log is in
     * memory and the engine has no {@code EngineBuilder.secretKeyFile}.
     */
    Optional<String> mac(String text);

    /** Returns true if this is the MAC of the text under a key that the nodes share. */
    boolean verifies(String text, String mac);

    /** Returns the time of this node in epoch milliseconds, by which proofs go. */
    long nowMillis();

    /** Returns a nonce for a call of this node, which no other call has. */
    String nextNonce();

    /**
     * Returns true once for each nonce of a node, of which a MAC has shown that the node has made it. False also for a very
     * old one, and for that of a 65th process within two minutes.
     */
    boolean isFirst(String node, String nonce);

    /** Returns the answer to {@code GET /health/ready} of a node that does not lead and can hand calls on. */
    Reply ready();

    /** Returns the answer 503 {@code not_leader} to a call that has certainly changed nothing. */
    Reply notLeader();

    /**
     * Returns the answer 503 {@code outcome_unknown} to a call that the leader may have carried out.
     *
     * @param keyed true if the call has an idempotency key, so that its repetition is exact
     */
    Reply outcomeUnknown(boolean keyed);
}
