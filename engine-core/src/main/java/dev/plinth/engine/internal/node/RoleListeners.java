package dev.plinth.engine.internal.node;

import dev.plinth.engine.internal.base.Log;
import dev.plinth.engine.internal.settings.EngineExecutors;
import dev.plinth.engine.log.NodeRole;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/** Tells the host of changes of the role, in order and on a thread of its own, so that a slow listener holds up nothing. */
final class RoleListeners implements AutoCloseable {
    private static final System.Logger LOG = Log.sparing(RoleListeners.class);

    private final List<Consumer<? super NodeRole>> listeners = new CopyOnWriteArrayList<>();
    private final ExecutorService teller =
            Executors.newSingleThreadExecutor(work -> EngineExecutors.thread(work, "plinth-roles"));

    void add(Consumer<? super NodeRole> listener) {
        listeners.add(listener);
    }

    void tell(NodeRole role) {
        List<Consumer<? super NodeRole>> told = List.copyOf(listeners); // those that come later learn of later changes
        teller.execute(() -> told.forEach(listener -> tell(listener, role)));
    }

    private static void tell(Consumer<? super NodeRole> listener, NodeRole role) {
        try {
            listener.accept(role);
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.ERROR, "A listener of roles failed at " + role, e);
        }
    }

    /** Delivers the changes that are pending, and takes no further ones. */
    @Override
    public void close() {
        teller.shutdown();
    }
}
