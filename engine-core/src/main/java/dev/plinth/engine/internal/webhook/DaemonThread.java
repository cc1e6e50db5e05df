package dev.plinth.engine.internal.webhook;

import java.util.concurrent.ThreadFactory;

/** Makes the threads that wait on the network, none of which may keep an embedding program alive. */
final class DaemonThread {
    private DaemonThread() {}

    static ThreadFactory named(String name) {
        return task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
    }
}
