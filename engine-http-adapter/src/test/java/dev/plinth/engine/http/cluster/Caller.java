package dev.plinth.engine.http.cluster;

import dev.plinth.engine.http.cluster.Ledger.Row;
import dev.plinth.engine.http.cluster.NodeClient.Answer;
import dev.plinth.engine.http.cluster.NodeClient.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * A client that changes resources of its own, one call after the other, and reads those of others. It repeats calls, whose
 * answers have to be the same, and uses keys that were revoked. One thread.
 */
final class Caller {
    private static final int OWN_MAX = 20;
    private static final int CREATED = 201;
    private static final int OK = 200;
    private static final int UNAUTHORIZED = 401;
    private static final int GIVES_UP_EACH = 4;

    private final NodeClient nodes;
    private final Ledger ledger;
    private final String name;
    private final RetryingClient client;
    private final RetryingClient.Manner manner;
    private final Random random;
    private final int home;
    private final int noteMax;
    private final List<Row> own = new ArrayList<>();
    private final List<Done> done = new ArrayList<>();
    private int calls;

    private record Done(Request call, Answer answer) {}

    /**
     * A manner of calling.
     *
     * @param noteMax the most characters of a note
     */
    record Manner(RetryingClient.Manner repeating, int noteMax) {}

    /**
     * Makes a caller.
     *
     * @param name with which the names of its resources begin
     * @param home the node that it calls
     * @param manner how it repeats calls, and how long the notes are that it writes into resources
     */
    Caller(NodeClient nodes, Ledger ledger, String name, int home, Manner manner, Random random) {
        this.nodes = nodes;
        this.ledger = ledger;
        this.name = name;
        this.home = home;
        this.noteMax = manner.noteMax();
        this.manner = manner.repeating();
        this.random = random;
        this.client = new RetryingClient(nodes, ledger, home, manner.repeating(), random);
    }

    /** Makes a call, and returns once its outcome is certain. */
    void call() throws InterruptedException {
        int dice = random.nextInt(100);
        if (own.isEmpty() || dice < 35) {
            create();
        } else if (dice < 60) {
            change();
        } else if (dice < 90) {
            read(random.nextInt(nodes.nodes()), ledger.anyId(random));
        } else if (dice < 96) {
            repeat();
        } else {
            useRevokedKey(random.nextInt(nodes.nodes()));
        }
    }

    /** Creates a resource, and returns its path. */
    String createAlone() throws InterruptedException {
        while (own.isEmpty()) {
            create();
        }
        return "/v1/resources/" + own.get(0).id();
    }

    /** Sends calls to its node, which may be frozen: a change, a read of what has just changed, and a revoked key. */
    void callHome() throws InterruptedException {
        switch (random.nextInt(4)) {
            case 0 -> create();
            case 1 -> useRevokedKey(home);
            default -> read(home, ledger.recentId(random));
        }
    }

    private void create() throws InterruptedException {
        String unique = name + "-" + calls++;
        Request call =
                new Request("POST", "/v1/resources", unique, "{\"name\":\"" + unique + "\"," + data(unique) + "}");
        Optional<Answer> answer = client.settle(call, random.nextInt(GIVES_UP_EACH) == 0);
        if (answer.isEmpty()) {
            ledger.refuse(unique);
            return;
        }
        if (answer.get().status() != CREATED) {
            ledger.violation(call + ": " + answer.get());
            return;
        }
        Row row = new Row(answer.get().member("id"), unique, version(answer.get()));
        ledger.acknowledge(row, answer.get().body(), client.began());
        note(call, answer.get());
        if (own.size() < OWN_MAX) {
            own.add(row);
        } else {
            own.set(random.nextInt(OWN_MAX), row);
        }
    }

    private void change() throws InterruptedException {
        int place = random.nextInt(own.size());
        Row row = own.get(place);
        String key = name + "-" + calls++;
        Request call = new Request("PATCH", "/v1/resources/" + row.id(), key, "{" + data(key) + "}");
        Answer answer = client.settle(call);
        if (answer.status() != OK) {
            ledger.violation(call + ": " + answer);
            return;
        }
        Row next = new Row(row.id(), row.name(), version(answer));
        ledger.acknowledge(next, answer.body(), client.began());
        note(call, answer);
        own.set(place, next);
    }

    private void read(int node, String id) throws InterruptedException {
        long due = ledger.versionDue(id);
        Request call = Request.get("/v1/resources/" + id);
        Optional<Answer> answer = client.ask(node, call);
        if (answer.isEmpty()) {
            return;
        }
        if (answer.get().status() != OK || version(answer.get()) < due) {
            ledger.violation("A read that began at version " + due + " of " + id + " shows " + answer.get());
            return;
        }
        ledger.show(id, version(answer.get()), answer.get().body());
        ledger.count("reads");
    }

    private void repeat() throws InterruptedException {
        if (done.isEmpty()) {
            return;
        }
        Done earlier = done.get(random.nextInt(done.size()));
        Answer answer = client.settle(earlier.call());
        if (!answer.repeats(earlier.answer())) {
            ledger.violation(earlier + " was repeated, which was answered with " + answer);
        }
        ledger.count("repeats");
    }

    private void useRevokedKey(int node) throws InterruptedException {
        List<String> revoked = ledger.revoked();
        if (revoked.isEmpty()) {
            return;
        }
        String secret = revoked.get(random.nextInt(revoked.size()));
        RetryingClient other = new RetryingClient(nodes.as(secret), ledger, 0, manner, random);
        Optional<Answer> answer = other.ask(node, Request.get("/v1/workspace"));
        if (answer.isPresent() && answer.get().status() != UNAUTHORIZED) {
            ledger.violation("A revoked key was answered with " + answer.get());
        }
    }

    private void note(Request call, Answer answer) {
        if (done.size() < OWN_MAX) {
            done.add(new Done(call, answer));
        } else {
            done.set(random.nextInt(OWN_MAX), new Done(call, answer));
        }
    }

    /** Returns a member with a note. */
    private String data(String by) {
        return "\"data\":{\"by\":\"" + by + "\",\"note\":\"" + "n".repeat(random.nextInt(noteMax + 1)) + "\"}";
    }

    private static long version(Answer answer) {
        return ((Number) answer.json().get("version")).longValue();
    }
}
