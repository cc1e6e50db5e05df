package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.http.JsonApi.Answer;
import dev.plinth.engine.http.WebhookCatcher.Receipt;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Writes down what the server tells while it runs: to a listener in its JVM, to a receiver of webhooks, to a client of the stream and to
 * readers. After the server was killed and came back, {@link #check} asks whether all of that is still true.
 */
final class Witnesses {
    private static final int READERS = 2;
    private static final int LISTED = 20;

    private final JsonApi api;
    private final String workspace;
    private final WebhookCatcher catcher;
    private final String orderedPath;
    private final Path heard;
    private final EventHistory history;
    private final List<Thread> threads = new ArrayList<>();
    private final List<String> streamed = Collections.synchronizedList(new ArrayList<>());
    private final Set<Map<String, Object>> seen = ConcurrentHashMap.newKeySet();
    private final Set<String> seenGone = ConcurrentHashMap.newKeySet();
    private final Map<String, Integer> lastInOrder = new HashMap<>();
    private final Map<String, Integer> counts = new HashMap<>();
    private volatile String lastStreamed = "";
    private volatile @Nullable Throwable failure;
    private volatile boolean watching;
    private int heardBefore;

    /**
     * @param history the events of the workspace
     * @param workspace its id
     * @param orderedPath the path of the receiver to which an endpoint sends in the order of each resource
     * @param heard the file of the listener in the server's JVM, a workspace and an event in each line
     */
    Witnesses(
            JsonApi api,
            EventHistory history,
            String workspace,
            WebhookCatcher catcher,
            String orderedPath,
            Path heard) {
        this.api = api;
        this.workspace = workspace;
        this.catcher = catcher;
        this.orderedPath = orderedPath;
        this.heard = heard;
        this.history = history;
    }

    /** Returns what was witnessed so far, for a person. */
    String figures() {
        return counts.toString();
    }

    /** Begins to watch the server. */
    void watch() {
        watching = true;
        start(this::followStream);
        for (int i = 0; i < READERS; i++) {
            start(this::readResources);
        }
    }

    /** Waits until everybody has noticed that the server is gone. */
    void stop() throws InterruptedException {
        watching = false;
        for (Thread thread : threads) {
            thread.join();
        }
        threads.clear();
        Throwable found = failure;
        if (found != null) {
            throw new AssertionError("Expected a witness to see nothing wrong", found);
        }
    }

    /** Checks that all of which anybody was told is there. */
    void check() throws IOException, InterruptedException {
        // Before the history is read: the server goes on to tell of what it does in the background.
        List<Receipt> receipts = catcher.drain();
        List<String> lines = Files.exists(heard) ? Files.readAllLines(heard) : List.of();
        history.read();
        for (String event : streamed) {
            checkStreamed(event);
        }
        for (Receipt receipt : receipts) {
            checkReceived(receipt);
        }
        checkHeard(lines);
        for (Map<String, Object> state : seen) {
            assertThat(history.states(String.valueOf(state.get("id"))))
                    .as("states of which an event tells, and one that a reader saw")
                    .contains(state);
        }
        for (String path : seenGone) {
            assertThat(api.get(path).status())
                    .as("status of %s, which a reader saw gone", path)
                    .isEqualTo(404);
        }
        count("streamed", streamed.size());
        count("received", receipts.size());
        count("read", seen.size());
        count("read as gone", seenGone.size());
        streamed.clear();
        seen.clear();
        seenGone.clear();
    }

    private void count(String what, int more) {
        counts.merge(what, more, Integer::sum);
    }

    private void checkStreamed(String event) {
        Map<String, Object> sent = JsonApi.parse(event);
        int place = history.place(String.valueOf(sent.get("id")));
        assertThat(place)
                .as("place of an event that the stream has sent: %s", event)
                .isNotNegative();
        assertThat(history.at(place)).as("event that the stream has sent").isEqualTo(sent);
    }

    private void checkReceived(Receipt receipt) {
        int place = history.place(receipt.event());
        assertThat(place)
                .as("place of an event of which a webhook came: %s", receipt)
                .isNotNegative();
        assertThat(history.at(place)).as("event of which a webhook came").isEqualTo(JsonApi.parse(receipt.body()));
        if (receipt.path().equals(orderedPath)) {
            Integer before = lastInOrder.put(history.resource(place), place);
            assertThat(before == null ? -1 : before)
                    .as("place of the event before %s in the order of its resource", receipt)
                    .isLessThanOrEqualTo(place);
        }
    }

    /** The listener hears of all workspaces. */
    private void checkHeard(List<String> lines) {
        List<String> news = lines.subList(heardBefore, lines.size());
        for (String line : news) {
            if (line.startsWith(workspace + " ")) {
                String event = line.substring(workspace.length() + 1);
                assertThat(history.place(event))
                        .as("place of %s, of which the listener heard", event)
                        .isNotNegative();
            }
        }
        count("heard", news.size());
        heardBefore = lines.size();
    }

    /** Runs something until the server is gone. */
    void start(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException | UncheckedIOException serverIsGone) {
                return;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException | Error e) {
                failure = e;
            }
        });
        threads.add(thread);
        thread.start();
    }

    /** Work that goes on until the server is gone. */
    interface Work {
        void run() throws IOException, InterruptedException;
    }

    private void followStream() throws IOException, InterruptedException {
        try (Stream<String> lines = api.stream(lastStreamed)) {
            lines.forEach(line -> {
                if (line.startsWith("data: ")) {
                    String event = line.substring("data: ".length());
                    streamed.add(event);
                    lastStreamed = String.valueOf(JsonApi.parse(event).get("id"));
                }
            });
        }
    }

    private void readResources() throws IOException, InterruptedException {
        Set<String> known = new LinkedHashSet<>();
        while (watching) {
            Answer list = api.get("/v1/resources?status=all&limit=" + LISTED);
            if (list.isFailure()) {
                return;
            }
            assertThat(list.status()).isEqualTo(200);
            for (Map<String, Object> resource : JsonApi.entries(list.json())) {
                seen.add(resource);
                known.add("/v1/resources/" + resource.get("id"));
            }
            for (String path : List.copyOf(known)) {
                if (!watching) {
                    return;
                }
                Answer one = api.get(path);
                if (one.status() == 404) {
                    seenGone.add(path);
                    known.remove(path);
                } else if (one.status() == 200) {
                    seen.add(one.json());
                } else {
                    assertThat(one.isFailure()).as("%s: %s", path, one.body()).isTrue();
                    return;
                }
            }
        }
    }
}
