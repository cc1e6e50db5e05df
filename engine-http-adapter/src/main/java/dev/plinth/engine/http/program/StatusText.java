package dev.plinth.engine.http.program;

import dev.plinth.engine.log.Leader;
import dev.plinth.engine.log.postgres.LogStatus;
import java.net.URI;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The state of logs as lines for a person. */
final class StatusText {
    private static final double MILLIS_PER_SECOND = 1000;

    private StatusText() {}

    static List<String> of(LogStatus status) {
        List<String> lines = new ArrayList<>();
        LogStatus.ServerStatus server = status.server();
        lines.add("PostgreSQL " + server.version() + ", " + (server.isReplica() ? "replica" : "primary")
                + ", synchronous_standby_names = '" + server.standbys() + "'");
        server.readers().forEach(reader -> lines.add(of(reader)));
        status.refusal().ifPresent(refusal -> lines.add("no node starts on it: " + refusal));
        if (status.cells().isEmpty()) {
            lines.add("no cells: no node has started, or the search_path has other schemas");
        }
        status.cells().forEach(cell -> add(lines, cell));
        return lines;
    }

    private static String of(LogStatus.ReaderStatus reader) {
        String name = reader.name().isEmpty() ? "a reader of its log" : reader.name();
        String kind = reader.isLogical() ? " through a logical slot, so not a standby" : "";
        return "  " + name + kind
                + switch (reader.role()) {
                    case "sync", "quorum" -> ": commits wait for it";
                    case "hidden" -> ": grant pg_read_all_stats to this user to see whether commits wait for it";
                    default -> ": commits do not wait for it";
                };
    }

    private static void add(List<String> lines, LogStatus.CellStatus cell) {
        lines.add(
                "cell " + cell.name() + ": format " + cell.format() + ", epoch " + cell.epoch() + ", id " + cell.id());
        if (!cell.isReadable()) {
            lines.add("  written by another release; run log status of that release to see more");
            return;
        }
        Optional<Leader> leader = cell.leader();
        lines.add(
                leader.isEmpty()
                        ? "  leader: none"
                        : "  leader: " + leader.get().node().id()
                                + at(leader.get().node().url()) + ", beat "
                                + seconds(cell.silence()) + " ago"
                                + (cell.silence().compareTo(cell.lease()) > 0
                                        ? ", which is longer than the lease of "
                                        : ", lease ")
                                + seconds(cell.lease()));
        lines.add("  durable: " + (cell.durable() == 0 ? "no record" : "records up to " + cell.durable())
                + (cell.first() == 0 ? "" : ", in batches from " + cell.first() + " to " + cell.last()));
        for (LogStatus.NodeStatus node : cell.nodes()) {
            lines.add("  node " + node.id() + at(node.url()) + ": applied " + node.applied() + ", " + node.behind()
                    + " behind, lag " + seconds(node.lag()) + ", seen " + seconds(node.seen()) + " ago");
        }
        for (LogStatus.SnapshotStatus snapshot : cell.snapshots()) {
            lines.add("  snapshot at record " + snapshot.position() + ": " + snapshot.bytes() + " bytes, made "
                    + snapshot.made().truncatedTo(ChronoUnit.SECONDS));
        }
        lines.add(
                "  size: " + cell.batchBytes() + " bytes of batches, " + cell.snapshotBytes() + " bytes of snapshots");
    }

    private static String at(Optional<URI> url) {
        return url.map(address -> " at " + address).orElse("");
    }

    private static String seconds(Duration time) {
        return String.format(Locale.ROOT, "%.1f s", time.toMillis() / MILLIS_PER_SECOND);
    }
}
