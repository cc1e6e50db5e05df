package dev.plinth.engine.http.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.http.cluster.Ledger.Row;
import dev.plinth.engine.http.cluster.NodeClient.Answer;
import dev.plinth.engine.http.cluster.NodeClient.Request;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Compares a ledger with what the nodes show, once all callers have ended. One thread. */
final class LedgerCheck {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final long PATIENCE_SECONDS = 60;
    private static final int OK = 200;
    private static final int UNAUTHORIZED = 401;

    private final Load load;
    private final Ledger ledger;
    private final RetryingClient client;

    LedgerCheck(Load load) {
        this(load, load.nodes());
    }

    /** Makes a check of what these nodes show. */
    LedgerCheck(Load load, NodeClient nodes) {
        this.load = load;
        this.ledger = load.ledger();
        this.client = client(nodes);
    }

    private RetryingClient client(NodeClient nodes) {
        return new RetryingClient(nodes, ledger, 0, new RetryingClient.Manner(false, TIMEOUT), new Random(0));
    }

    /** Checks that each acknowledged change is there once, with its event, and nothing else. */
    void check() throws InterruptedException {
        checkResources();
        checkEvents();
        checkJobs();
        checkRevokedKeys();
        assertThat(ledger.violations()).isEmpty();
    }

    /** Checks that each acknowledged resource is there once, in its last version, and nothing else. */
    void checkResources() throws InterruptedException {
        Map<String, Row> found = new TreeMap<>();
        List<String> twice = new ArrayList<>();
        for (Map<String, Object> entry : all("/v1/resources?status=all")) {
            String name = String.valueOf(entry.get("name"));
            Row row = new Row(String.valueOf(entry.get("id")), name, ((Number) entry.get("version")).longValue());
            if (found.put(name, row) != null) {
                twice.add(name);
            }
        }
        assertThat(twice).as("names that are there twice").isEmpty();
        Set<String> refused = new TreeSet<>(ledger.refused());
        refused.retainAll(found.keySet());
        assertThat(refused).as("refused as not done, but there").isEmpty();
        Map<String, Row> acknowledged = new TreeMap<>(ledger.rows());
        assertThat(difference(acknowledged, found))
                .as("acknowledged, but not there")
                .isEmpty();
        assertThat(difference(found, acknowledged))
                .as("there, but not acknowledged")
                .isEmpty();
    }

    private static Map<String, Row> difference(Map<String, Row> rows, Map<String, Row> others) {
        Map<String, Row> different = new TreeMap<>(rows);
        different.entrySet().removeAll(others.entrySet());
        return different;
    }

    private void checkEvents() throws InterruptedException {
        List<String> order = new ArrayList<>();
        Map<String, Integer> created = new HashMap<>();
        Map<String, Set<Object>> changed = new HashMap<>();
        for (Map<String, Object> event : all("/v1/events")) {
            order.add(String.valueOf(event.get("id")));
            Map<?, ?> data = (Map<?, ?>) event.get("data");
            String id = String.valueOf(data.get("id"));
            if ("resource.created".equals(event.get("type"))) {
                int unused = created.merge(id, 1, Integer::sum);
            } else if ("resource.updated".equals(event.get("type"))) {
                assertThat(changed.computeIfAbsent(id, one -> new HashSet<>()).add(data.get("version")))
                        .as("the only event of a change: %s", event)
                        .isTrue();
            }
        }
        for (Row row : ledger.rows().values()) {
            assertThat(created.remove(row.id()))
                    .as("events of the creation of %s", row)
                    .isEqualTo(1);
            Set<Object> changes = changed.remove(row.id());
            assertThat(changes == null ? 0 : changes.size())
                    .as("events of changes of %s", row)
                    .isEqualTo((int) row.version() - 1);
        }
        assertThat(created).as("events of creations that were not acknowledged").isEmpty();
        assertThat(changed).as("events of changes that were not acknowledged").isEmpty();
        Collections.reverse(order);
        assertThat(order)
                .as("events, and those of which a webhook came")
                .containsAll(load.notifications().received());
        checkStreamed(order);
        ledger.count("checked events " + order.size() + ", webhooks "
                + load.notifications().received().size());
    }

    /** Checks that the stream has sent each event since it was opened, in order. */
    private void checkStreamed(List<String> order) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        String last = order.get(order.size() - 1);
        List<String> streamed = load.notifications().streamed();
        while (!streamed.contains(last) && System.nanoTime() < end) {
            boolean unused = new CountDownLatch(1).await(20, TimeUnit.MILLISECONDS);
            streamed = load.notifications().streamed();
        }
        int first = order.indexOf(streamed.get(0));
        int same = 0;
        while (same < Math.min(order.size() - first, streamed.size())
                && order.get(first + same).equals(streamed.get(same))) {
            same++;
        }
        assertThat(streamed.subList(same, streamed.size()))
                .as(
                        "events as the stream has sent them, and %s from %s in all, behind the first %s",
                        order.size(), first, same)
                .isEqualTo(order.subList(first + same, order.size()));
    }

    /** Checks that each acknowledged job has succeeded once, and nothing else. */
    private void checkJobs() throws InterruptedException {
        Map<String, Object> found = new TreeMap<>();
        for (Map<String, Object> job : all("/v1/jobs")) {
            found.put(String.valueOf(job.get("id")), job.get("status"));
        }
        assertThat(found.keySet()).as("jobs").isEqualTo(load.jobs().started());
        assertThat(found.values()).as("how jobs have ended").allMatch("succeeded"::equals);
        List<String> ends = new ArrayList<>();
        for (Map<String, Object> event : all("/v1/events?type=job.succeeded")) {
            ends.add(String.valueOf(((Map<?, ?>) event.get("data")).get("id")));
        }
        assertThat(ends).as("ends of jobs").containsExactlyInAnyOrderElementsOf(found.keySet());
    }

    /** Checks that a webhook has come of each event of a resource, within a while. */
    void checkWebhooks() throws InterruptedException {
        Set<String> due = new TreeSet<>();
        for (Map<String, Object> event : all("/v1/events")) {
            if (String.valueOf(event.get("type")).startsWith("resource.")) {
                due.add(String.valueOf(event.get("id")));
            }
        }
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!load.notifications().received().containsAll(due) && System.nanoTime() < end) {
            boolean unused = new CountDownLatch(1).await(20, TimeUnit.MILLISECONDS);
        }
        due.removeAll(load.notifications().received());
        assertThat(due).as("events of which no webhook came").isEmpty();
    }

    private void checkRevokedKeys() throws InterruptedException {
        for (String secret : ledger.revoked()) {
            Answer answer = client(load.nodes().as(secret)).settle(Request.get("/v1/workspace"));
            assertThat(answer.status())
                    .as("answer to a revoked key: %s", answer)
                    .isEqualTo(UNAUTHORIZED);
        }
    }

    @SuppressWarnings("unchecked")
    private List<Map<String, Object>> all(String path) throws InterruptedException {
        List<Map<String, Object>> entries = new ArrayList<>();
        String cursor = "";
        do {
            Answer page = client.settle(Request.get(path + (path.contains("?") ? "&" : "?") + "limit=100" + cursor));
            assertThat(page.status()).as(page.body()).isEqualTo(OK);
            entries.addAll((List<Map<String, Object>>) page.json().get("data"));
            cursor = page.json().get("nextCursor") instanceof String next ? "&cursor=" + next : "";
        } while (!cursor.isEmpty());
        return entries;
    }
}
