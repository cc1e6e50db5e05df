package dev.plinth.engine.log.postgres;

import dev.plinth.engine.log.Leader;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The logs of a database, as an operator looks at them. Immutable.
 *
 * @param server the server that has told
 * @param refusal a sentence on why a node would not start on this server; empty if it would
 * @param cells the cells, by name
 */
public record LogStatus(ServerStatus server, Optional<String> refusal, List<CellStatus> cells) {
    /** Copies the list. */
    public LogStatus {
        cells = List.copyOf(cells);
    }

    /**
     * A server of the database.
     *
     * @param version the version of PostgreSQL, such as {@code 17.2}
     * @param isReplica true if it is a replica
     * @param standbys the setting {@code synchronous_standby_names}; empty for none
     * @param readers all that is connected to read its log, by name: standbys, and whatever else takes its changes
     */
    public record ServerStatus(String version, boolean isReplica, String standbys, List<ReaderStatus> readers) {
        /** Copies the list. */
        public ServerStatus {
            readers = List.copyOf(readers);
        }
    }

    /**
     * A reader of the server's log.
     *
     * @param name its {@code application_name}; empty if this user may not see it
     * @param role {@code sync} or {@code quorum} if commits wait for it, {@code potential} or {@code async} if they do not,
     *     and {@code hidden} if this user may not see it
     * @param isLogical true if it reads changes through a logical slot, and so cannot be a standby
     */
    public record ReaderStatus(String name, String role, boolean isLogical) {}

    /**
     * The log of a cell.
     *
     * @param name the operator's name for it
     * @param id the id of the log
     * @param format the format of its tables. If this release does not read it, all that follows is 0 or empty
     * @param epoch the number of the last reign
     * @param leader the node that reigns; empty if none does
     * @param silence the time since the last beat of a leader; zero if there was none
     * @param lease how long a leader may be silent
     * @param durable the last record that a leader has named as durable
     * @param first the first record in the batches; 0 if there are none
     * @param last the last record in the batches; 0 if there are none
     * @param batchBytes bytes on disk of the tables of batches
     * @param snapshotBytes bytes on disk of the tables of snapshots
     * @param nodes the nodes that were seen in the last hour or more, by id
     * @param snapshots the snapshots, the newest first
     */
    public record CellStatus(
            String name,
            UUID id,
            int format,
            long epoch,
            Optional<Leader> leader,
            Duration silence,
            Duration lease,
            long durable,
            long first,
            long last,
            long batchBytes,
            long snapshotBytes,
            List<NodeStatus> nodes,
            List<SnapshotStatus> snapshots) {
        /** Copies the lists. */
        public CellStatus {
            nodes = List.copyOf(nodes);
            snapshots = List.copyOf(snapshots);
        }

        /** Returns true if this release reads the tables. */
        public boolean isReadable() {
            return format == CellTables.FORMAT;
        }
    }

    /**
     * A node that has joined.
     *
     * @param applied the last record that it has applied as a follower
     * @param behind how many durable records it has not applied, 0 for the leader
     * @param lag the age of the oldest durable record that it has not applied, zero if there is none
     * @param seen the time since it was last heard of
     */
    public record NodeStatus(String id, Optional<URI> url, long applied, long behind, Duration lag, Duration seen) {}

    /**
     * A snapshot.
     *
     * @param position the last record that is completely in it
     * @param bytes its length
     * @param made when it was made
     */
    public record SnapshotStatus(long position, long bytes, Instant made) {}
}
