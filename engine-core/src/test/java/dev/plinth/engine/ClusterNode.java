package dev.plinth.engine;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.log.Node;
import dev.plinth.engine.log.NodeRole;
import dev.plinth.engine.settings.ManualClock;
import dev.plinth.engine.testkit.SharedMemoryConnection;
import dev.plinth.engine.testkit.SharedMemoryConnection.Link;
import dev.plinth.engine.testkit.SharedMemoryLog;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;

/** A node of a simulated cluster: its engine, its clock and its connection to the log. For one thread. */
final class ClusterNode {
    final String id;
    final ManualClock clock;
    private final SharedMemoryLog log;
    private final Function<ClusterNode, EngineBuilder> settings;
    private final Consumer<NodeRole> onRole;
    private SharedMemoryConnection connection;
    private Engine engine;
    private Link link = Link.UP;
    private CompletableFuture<Void> advancing = CompletableFuture.completedFuture(null);

    ClusterNode(
            String id,
            Instant start,
            SharedMemoryLog log,
            Function<ClusterNode, EngineBuilder> settings,
            Consumer<NodeRole> onRole) {
        this.onRole = onRole;
        this.id = id;
        this.clock = ManualClock.startingAt(start);
        this.log = log;
        this.settings = settings;
        this.connection = log.connect();
        this.engine = opened();
    }

    Engine engine() {
        return engine;
    }

    boolean leads() {
        return engine.role() == NodeRole.LEADER;
    }

    boolean isUp() {
        return link == Link.UP;
    }

    void link(Link next) {
        link = next;
        connection.link(next);
    }

    CompletableFuture<Reply> submit(Call call) {
        return engine.submit(call);
    }

    /** Lets time pass on this node. Its work may wait for the log, so it runs on a thread of its own. */
    void advance(Duration span) {
        advancing = advancing.thenRunAsync(() -> clock.advance(span), task -> new Thread(task, "advance").start());
    }

    /** Waits until the time that was let pass has passed. */
    void awaitAdvances() {
        Patience.until(advancing::isDone);
        advancing.join();
    }

    /** Closes the engine, cut from the log if it shall not end orderly, and opens it again. */
    void restart(boolean isOrderly) {
        close(isOrderly);
        link = Link.UP;
        connection = log.connect();
        engine = opened();
    }

    void close(boolean isOrderly) {
        connection.link(isOrderly ? Link.UP : Link.CUT);
        engine.close();
    }

    /** Returns the hash of all rows. Nothing may change them meanwhile. */
    byte[] stateHash() {
        return engine.stateHash();
    }

    private Engine opened() {
        Engine opened = settings.apply(this)
                .log(connection)
                .node(new Node(id))
                .testClock(clock)
                .open();
        opened.onRole(onRole);
        return opened;
    }

    @Override
    public String toString() {
        return id + (isUp() ? "" : " " + link);
    }
}
