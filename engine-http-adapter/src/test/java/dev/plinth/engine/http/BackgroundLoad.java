package dev.plinth.engine.http;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** A workspace beside the one of the writers: it leases jobs, rotates a key, and makes decisions of thousands of rows. One thread. */
final class BackgroundLoad implements AutoCloseable {
    /** A decision goes on in the background over so many kills before it is awaited. */
    private static final int UNFINISHED_MAX = 2;

    private final JsonApi api;
    private final WebhookCatcher catcher = new WebhookCatcher();
    private final EventHistory history;
    private final Witnesses witnesses;
    private final LeaseWorker worker;
    private final KeyRotator rotator;
    private final List<LargeDecision> unfinished = new ArrayList<>();
    private @Nullable LargeDecision sent;
    private int decisions;

    /** Makes the workspace. */
    BackgroundLoad(JsonApi admin, String base, Path heard, Random random) throws IOException, InterruptedException {
        String workspace = String.valueOf(admin.send("POST", "/admin/v1/workspaces", "", "{\"name\":\"crowd\"}")
                .json()
                .get("id"));
        Map<String, Object> key = admin.send(
                        "POST", "/admin/v1/workspaces/" + workspace + "/keys", "", "{\"name\":\"crowd\"}")
                .json();
        api = new JsonApi(String.valueOf(key.get("secret")));
        api.connect(base);
        history = new EventHistory(api);
        witnesses = new Witnesses(api, history, workspace, catcher, "", heard);
        worker = new LeaseWorker(api, random);
        rotator = new KeyRotator(api);
    }

    /** Begins to work on the server. */
    void begin() {
        witnesses.watch();
        witnesses.start(worker::run);
        witnesses.start(rotator::run);
    }

    /** Makes what a decision will change. */
    void prepare(LargeDecision.Kind kind, int size) throws IOException, InterruptedException, ExecutionException {
        sent = new LargeDecision(api, history, catcher, kind, size);
    }

    /** Sends the decision that was prepared. */
    void decide() {
        LargeDecision decision = sent;
        if (decision != null) {
            witnesses.start(decision::send);
        }
    }

    /** More time will pass than a lease has. */
    void leasesMayLapse() {
        worker.mayLapse();
    }

    /** Waits until all have noticed that the server is gone. */
    void stop() throws InterruptedException {
        witnesses.stop();
    }

    /** Checks a server that came back. */
    void check(String base) throws IOException, InterruptedException {
        api.connect(base);
        witnesses.check();
        worker.check();
        rotator.check();
        LargeDecision decision = sent;
        if (decision != null) {
            decision.check();
            unfinished.add(decision);
            decisions++;
            sent = null;
        }
        if (unfinished.size() > UNFINISHED_MAX) {
            unfinished.remove(0).finish();
        }
    }

    /** Waits for all that goes on in the background. */
    void finish() throws IOException, InterruptedException {
        for (LargeDecision decision : unfinished) {
            decision.finish();
        }
        unfinished.clear();
    }

    String figures() {
        return worker.figures() + ", " + rotator.figures() + ", " + decisions + " large decisions; "
                + witnesses.figures();
    }

    @Override
    public void close() {
        catcher.close();
    }
}
