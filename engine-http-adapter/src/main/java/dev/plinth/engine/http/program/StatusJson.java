package dev.plinth.engine.http.program;

import dev.plinth.engine.api.Json;
import dev.plinth.engine.log.Leader;
import dev.plinth.engine.log.postgres.LogStatus;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The state of logs as a line of JSON for a program. A member without a value is left out. */
final class StatusJson {
    private StatusJson() {}

    static String of(LogStatus status) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("version", status.server().version());
        json.put("replica", status.server().isReplica());
        json.put("synchronousStandbyNames", status.server().standbys());
        json.put(
                "readers",
                status.server().readers().stream().map(StatusJson::of).toList());
        status.refusal().ifPresent(refusal -> json.put("refusal", refusal));
        json.put("cells", status.cells().stream().map(StatusJson::of).toList());
        return Json.of(json).toString();
    }

    private static Map<String, Object> of(LogStatus.ReaderStatus reader) {
        return Map.of("name", reader.name(), "role", reader.role(), "logical", reader.isLogical());
    }

    private static Map<String, Object> of(LogStatus.CellStatus cell) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", cell.name());
        json.put("id", cell.id().toString());
        json.put("format", cell.format());
        json.put("epoch", cell.epoch());
        if (!cell.isReadable()) {
            return json; // another release has written it, which tells more
        }
        cell.leader().ifPresent(leader -> json.put("leader", of(leader, cell)));
        json.put("durable", cell.durable());
        json.put("first", cell.first());
        json.put("last", cell.last());
        json.put("batchBytes", cell.batchBytes());
        json.put("snapshotBytes", cell.snapshotBytes());
        json.put("nodes", cell.nodes().stream().map(StatusJson::of).toList());
        json.put("snapshots", cell.snapshots().stream().map(StatusJson::of).toList());
        return json;
    }

    private static Map<String, Object> of(Leader leader, LogStatus.CellStatus cell) {
        Map<String, Object> json = node(leader.node().id(), leader.node().url());
        json.put("silentMillis", cell.silence().toMillis());
        json.put("leaseMillis", cell.lease().toMillis());
        return json;
    }

    private static Map<String, Object> of(LogStatus.NodeStatus node) {
        Map<String, Object> json = node(node.id(), node.url());
        json.put("applied", node.applied());
        json.put("behind", node.behind());
        json.put("lagMillis", node.lag().toMillis());
        json.put("seenMillis", node.seen().toMillis());
        return json;
    }

    private static Map<String, Object> of(LogStatus.SnapshotStatus snapshot) {
        return Map.of(
                "position",
                snapshot.position(),
                "bytes",
                snapshot.bytes(),
                "made",
                snapshot.made().toString());
    }

    private static Map<String, Object> node(String id, Optional<URI> url) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", id);
        url.ifPresent(address -> json.put("url", address.toString()));
        return json;
    }
}
