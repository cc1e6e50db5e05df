package dev.plinth.engine;

import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Knows what a simulated cluster has told, and checks each answer against it. A method throws an {@code AssertionError}
 * if an answer cannot be right. For one thread.
 */
final class ClusterOracle {
    /** The crash of a job that fails it. */
    private static final int CRASHES_MAX = 3;

    /** The states of a job that are final. */
    static final List<String> ENDED = List.of("succeeded", "failed", "canceled");

    final List<ClusterResource> resources = new ArrayList<>();
    final List<ClusterCall> calls = new ArrayList<>();
    final List<Key> keys = new ArrayList<>();
    final ClusterLeases leases = new ClusterLeases();

    /** Final jobs as they were shown, by id. */
    private final Map<String, Json> finals = new HashMap<>();

    /** A key beside the one with which all else is called. */
    static final class Key {
        final String id;
        final String secret;
        boolean isRevokeAsked;
        boolean isRevoked;

        Key(String id, String secret) {
            this.id = id;
            this.secret = secret;
        }
    }

    /** Learns from the end of an attempt, which began with or without an answer that is remembered. */
    void ended(ClusterCall call, Reply reply, boolean wasAnswered) {
        boolean isNew = call.answer().isEmpty();
        if (call.ended(reply, wasAnswered) != ClusterCall.End.ANSWERED) {
            return;
        }
        if (call.kind == ClusterCall.Kind.COMPLETE) {
            leases.completed(call, reply);
        }
        if (reply.status() >= 300) {
            return;
        }
        switch (call.kind) {
            case CREATE, PATCH, ARCHIVE -> show(call.resource.orElseThrow(), reply);
            case DELETE -> call.resource.orElseThrow().isDeleted = true;
            case NEW_KEY -> {
                if (isNew) {
                    keys.add(new Key(call.answered("/id"), call.answered("/secret")));
                }
            }
            case REVOKE -> key(ClusterCall.member(reply, "/id")).isRevoked = true;
            case LEASE -> leases.taken(call, reply);
            case JOB, COMPLETE, PUBLISH -> {
                // is looked for at the end
            }
        }
    }

    /** Learns from a read, which began when the resource was as given. */
    void read(ClusterResource resource, long acknowledged, boolean wasDeleted, Reply reply) {
        if (reply.status() == 503) {
            ClusterCall.endOf(reply);
        } else if (reply.status() == 404) {
            check(resource.isDeleteAsked, "Expected to find " + resource + ", but got " + reply.text());
        } else {
            check(reply.status() == 200, "Expected to read " + resource + ", but got " + reply.text());
            check(!wasDeleted, "Expected " + resource + " to be gone, but got " + reply.text());
            long version = version(reply.text());
            check(
                    version >= acknowledged,
                    "Expected version " + acknowledged + " of " + resource.name + " or a later one, but got "
                            + reply.text());
            show(resource, reply);
        }
    }

    /** Learns from a list, which began when these resources were certainly there at these versions. */
    void listed(Map<ClusterResource, Long> known, Reply reply) {
        if (reply.status() == 503) {
            ClusterCall.endOf(reply);
            return;
        }
        Map<String, Json> found = byId(Json.of(reply.text()));
        known.forEach((resource, version) -> {
            Json item = found.get(resource.id.orElseThrow());
            check(item != null || resource.isDeleteAsked, "Expected " + resource + " in the list, but it is not there");
            if (item != null) {
                long listed = version(item.toString());
                check(
                        listed >= version,
                        "Expected version " + version + " of " + resource.name + " or a later one in the list, but got "
                                + item);
                resource.see(listed, content(item));
            }
        });
    }

    /** Learns from a look at a job, or a wait for its end. A job that is shown as final stays as it is. */
    void awaited(String job, Reply reply) {
        if (reply.status() == 503) {
            ClusterCall.endOf(reply);
            return;
        }
        check(reply.status() == 200, "Expected job " + job + ", but got " + reply.text());
        Json shown = Json.of(reply.text());
        if (ENDED.contains(text(shown, "/status"))) {
            checkSame(finals.putIfAbsent(job, shown), shown);
        }
    }

    /** Checks what a list of jobs has, too. */
    private static void checkSame(@Nullable Json before, Json now) {
        for (String member : List.of("/status", "/attempt", "/startedAt", "/finishedAt")) {
            check(
                    before == null || text(before, member).equals(text(now, member)),
                    "Expected a final job to stay as it is, but got " + before + " and " + now);
        }
    }

    /** Learns from a call with another key, which was revoked or not when it began. */
    void used(Key key, boolean wasRevoked, Reply reply) {
        if (reply.status() == 503) {
            ClusterCall.endOf(reply);
        } else if (reply.status() == 401) {
            check(key.isRevokeAsked, "Expected key " + key.id + " to be good, but got " + reply.text());
        } else {
            check(reply.status() == 200, "Expected an answer to key " + key.id + ", but got " + reply.text());
            check(!wasRevoked, "Expected key " + key.id + " to be refused, but it was not");
        }
    }

    /** Returns the resources that are there for certain, with the version that they have at least. */
    Map<ClusterResource, Long> certain() {
        Map<ClusterResource, Long> certain = new HashMap<>();
        for (ClusterResource resource : resources) {
            if (resource.id.isPresent() && !resource.isDeleteAsked) {
                certain.put(resource, resource.acknowledged);
            }
        }
        return certain;
    }

    Key key(String id) {
        return keys.stream().filter(key -> key.id.equals(id)).findFirst().orElseThrow();
    }

    /** Checks that calls of which the cluster said so have changed nothing. Comes before they are tried again. */
    void checkNotDone(ClusterFindings found) {
        for (ClusterCall call : calls) {
            if (!call.isCertainlyNotDone()) {
                continue;
            }
            switch (call.kind) {
                case CREATE ->
                    check(
                            !found.resources.containsKey(call.resource.orElseThrow().name),
                            "Expected " + call + " to have changed nothing, but it is there");
                case PATCH -> {
                    String content = String.valueOf(call.number);
                    check(
                            !call.resource.orElseThrow().seen.values().stream()
                                    .anyMatch(seen -> seen.startsWith(content + " ")),
                            "Expected " + call + " to have changed nothing, but it was seen");
                    Json now = found.resources.get(call.resource.orElseThrow().name);
                    check(
                            now == null || !content(now).startsWith(content + " "),
                            "Expected " + call + " to have changed nothing, but there is " + now);
                }
                case PUBLISH ->
                    check(
                            found.events.values().stream().noneMatch(event -> isTick(event, call.number)),
                            "Expected " + call + " to have changed nothing, but its event is there");
                default -> {
                    // has no name of its own by which it could be found
                }
            }
        }
    }

    /**
     * Checks all that is there in the end, after each call has got its answer.
     *
     * @param kills how many nodes have ended without warning, which is a crash of the jobs that ran on them
     */
    void checkEnd(ClusterFindings found, int kills) {
        Set<String> names = new HashSet<>();
        for (ClusterResource resource : resources) {
            checkEnd(resource, found);
            names.add(resource.name);
        }
        int jobs = 0;
        for (ClusterCall call : calls) {
            if (call.kind == ClusterCall.Kind.JOB) {
                jobs++;
                String id = call.answered("/job_id");
                Json job = found.jobs.get(id);
                boolean isCrashed = job != null && text(job, "/error/code").equals("job_crashed");
                if (isCrashed && kills >= CRASHES_MAX) {
                    continue;
                }
                check(
                        job != null
                                && text(job, "/status").equals("succeeded")
                                && text(job, "/attempt").equals("1"),
                        "Expected " + call + " to have succeeded at the first attempt, but it is " + job);
                checkOnce(found, names, "of-" + id);
                check(
                        found.events("job.succeeded", id) == 1,
                        "Expected one event of " + call + ", but got " + found.events("job.succeeded", id));
            } else if (call.kind == ClusterCall.Kind.PUBLISH) {
                List<Json> events = found.events.values().stream()
                        .filter(event -> isTick(event, call.number))
                        .toList();
                check(events.size() == 1, "Expected one event of " + call + ", but got " + events);
                checkOnce(found, names, "of-" + text(events.get(0), "/id"));
            }
        }
        finals.forEach((id, job) -> checkSame(job, found.jobs.get(id)));
        check(leases.open().isEmpty(), "Expected each leased job to be completed");
        check(found.jobs.size() == jobs, "Expected " + jobs + " jobs, but got " + found.jobs.keySet());
        for (String name : found.resources.keySet()) {
            check(names.contains(name), "Expected no resource " + name + ", but it is there");
        }
    }

    private void checkEnd(ClusterResource resource, ClusterFindings found) {
        Map<Long, ClusterCall> made = new TreeMap<>();
        for (ClusterCall call : calls) {
            boolean changes = call.kind == ClusterCall.Kind.CREATE
                    || call.kind == ClusterCall.Kind.PATCH
                    || call.kind == ClusterCall.Kind.ARCHIVE;
            if (call.succeeded() && changes && call.resource.orElseThrow() == resource) {
                ClusterCall other = made.put(version(call.answer().orElseThrow().text()), call);
                check(other == null, "Expected a version of its own of " + call + ", but it is also that of " + other);
            }
        }
        long last = made.size();
        check(
                made.keySet().stream().reduce(0L, Math::max) == last,
                "Expected versions of " + resource + " without a gap, but got " + made);
        for (Map.Entry<Long, String> seen : resource.seen.entrySet()) {
            check(
                    made.containsKey(seen.getKey()),
                    "Expected version " + seen + " of " + resource + " to be there, because it was seen, but there are "
                            + made);
        }
        Json now = found.resources.get(resource.name);
        check(
                resource.isDeleted == (now == null),
                "Expected " + resource + (resource.isDeleted ? " to be gone" : " to be there") + ", but got " + now);
        if (now != null) {
            check(
                    version(now.toString()) == last && content(now).equals(resource.seen.get(last)),
                    "Expected " + resource.seen.get(last) + " at version " + last + " of " + resource + ", but got "
                            + now);
        }
        String id = resource.id.orElseThrow();
        checkEvents(found, "resource.created", id, 1);
        checkEvents(found, "resource.archived", id, (int) made.values().stream()
                .filter(call -> call.kind == ClusterCall.Kind.ARCHIVE)
                .count());
        checkEvents(found, "resource.updated", id, (int) made.values().stream()
                .filter(call -> call.kind == ClusterCall.Kind.PATCH)
                .count());
        checkEvents(found, "resource.deleted", id, resource.isDeleted ? 1 : 0);
    }

    private static void checkEvents(ClusterFindings found, String type, String id, int count) {
        int there = found.events(type, id);
        check(there == count, "Expected " + count + " events " + type + " of " + id + ", but got " + there);
    }

    private static void checkOnce(ClusterFindings found, Set<String> names, String name) {
        check(found.resources.containsKey(name), "Expected " + name + " to be there, but it is not");
        names.add(name);
    }

    private void show(ClusterResource resource, Reply reply) {
        Json body = Json.of(reply.text());
        if (resource.id.isEmpty()) {
            resource.id = Optional.of(text(body, "/id"));
        }
        check(
                resource.id.equals(Optional.of(text(body, "/id"))),
                "Expected one id of " + resource + ", but got " + body);
        long version = version(reply.text());
        resource.see(version, content(body));
        resource.acknowledged = Math.max(resource.acknowledged, version);
    }

    @SuppressWarnings("unchecked")
    static Map<String, Json> byId(Json page) {
        Map<String, Json> items = new HashMap<>();
        for (Object data : (List<?>) page.asMap().get("data")) {
            Json item = Json.of((Map<String, ?>) data);
            items.put(text(item, "/id"), item);
        }
        return items;
    }

    static boolean isTick(Json event, int number) {
        return text(event, "/type").equals(ClusterHandlers.TICK)
                && text(event, "/data/n").equals(String.valueOf(number));
    }

    private static long version(String resource) {
        return Long.parseLong(text(Json.of(resource), "/version"));
    }

    /** Returns what changes with each version. */
    private static String content(Json resource) {
        return text(resource, "/data/n") + " " + text(resource, "/status");
    }

    static String text(Json json, String pointer) {
        String text = json.at(pointer).map(Json::toString).orElse("");
        return text.startsWith("\"") ? text.substring(1, text.length() - 1) : text;
    }

    static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
