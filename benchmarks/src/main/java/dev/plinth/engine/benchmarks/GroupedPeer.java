package dev.plinth.engine.benchmarks;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * A stack whose application gathers the writes of many callers into one transaction, as SQLite's FAQ advises. One
 * thread writes. Writes that were queued during a commit are in its next transaction.
 */
final class GroupedPeer extends SqlPeer {
    private static final int GROUP_MAX = 1000;

    private final LinkedBlockingQueue<Waiting> queue = new LinkedBlockingQueue<>();
    private final Thread writer = new Thread(this::loop, "grouped-writer");

    private record Waiting(Writes writes, CompletableFuture<Void> done) {}

    GroupedPeer(Dialect dialect) throws SQLException {
        super(dialect);
        writer.setDaemon(true);
        writer.start();
    }

    @Override
    void commit(Writes writes) {
        Waiting waiting = new Waiting(writes, new CompletableFuture<>());
        queue.add(waiting);
        waiting.done.join();
    }

    @Override
    public void close() throws SQLException {
        writer.interrupt();
        super.close();
    }

    private void loop() {
        List<Waiting> group = new ArrayList<>();
        try {
            while (true) {
                group.add(queue.take());
                queue.drainTo(group, GROUP_MAX - 1);
                write(group);
                group.clear();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void write(List<Waiting> group) {
        try {
            commit(group.stream().map(Waiting::writes).toList());
            group.forEach(waiting -> waiting.done.complete(null));
        } catch (IllegalStateException e) {
            group.forEach(waiting -> waiting.done.completeExceptionally(e));
        }
    }
}
