package dev.plinth.engine.internal.wire.route;

import dev.plinth.engine.internal.json.JsonBytes;
import dev.plinth.engine.internal.metrics.Exposition;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/**
 * The state of a node that shares a log with others. Immutable.
 *
 * @param role one of {@link #ROLES}
 * @param epoch the reign of the last record that the node has, or the present one on a leader
 * @param sequence the last durable record that the node has
 * @param lagMillis the node has everything that was durable so many milliseconds ago; 0 on a leader
 * @param leader the address of the node that leads, as far as it is known
 */
public record NodeState(String role, long epoch, long sequence, long lagMillis, Optional<URI> leader) {
    /** The node answers calls. */
    public static final String LEADER = "leader";

    /** The node follows a leader that it knows. */
    public static final String FOLLOWER = "follower";

    /** The node knows no leader, and leads as soon as it may. */
    public static final String CANDIDATE = "candidate";

    /** The node neither follows nor leads any more. */
    public static final String STOPPED = "stopped";

    private static final List<String> ROLES = List.of(LEADER, FOLLOWER, CANDIDATE, STOPPED);
    private static final double MILLIS = 1_000;

    /** Adds the members of a health document. One of a node that has stopped says so by its status. */
    public void addTo(JsonBytes json) {
        json.member("role", role.equals(STOPPED) ? FOLLOWER : role)
                .member("epoch", epoch)
                .member("sequence", sequence)
                .member("lagMillis", lagMillis)
                .optional("leader", leader.map(URI::toString).orElse(null));
    }

    /** Adds the figures. */
    public void show(Exposition page) {
        page.gauge("plinth_node_role", "1 for the role of this node of a shared log, 0 for the other roles.");
        ROLES.forEach(each -> page.sample(each.equals(role) ? 1 : 0, "role", each));
        page.gauge("plinth_node_epoch", "The reign of the last record that this node has.")
                .sample(epoch);
        page.gauge("plinth_node_sequence", "The last durable record that this node has.")
                .sample(sequence);
        page.gauge("plinth_node_lag_seconds", "This node has everything that was durable so long ago; 0 on the leader.")
                .sample(lagMillis / MILLIS);
    }
}
