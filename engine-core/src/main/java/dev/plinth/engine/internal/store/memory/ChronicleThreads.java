package dev.plinth.engine.internal.store.memory;

import dev.plinth.engine.internal.base.Log;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import net.openhft.chronicle.core.shutdown.PriorityHook;
import net.openhft.chronicle.hash.impl.ContextHolder;
import net.openhft.chronicle.map.ChronicleMap;
import net.openhft.chronicle.map.VanillaChronicleMap;
import org.jspecify.annotations.Nullable;

/**
 * Opens Chronicle's maps so that no thread holds a class of Chronicle once they are closed. Threads of a host outlive
 * the class loader of an engine that is deployed again and again.
 *
 * <p>Chronicle starts a thread that ends with the JVM, and adds a shutdown hook. It also leaves a context with each
 * thread that reads a map. The first is switched off, the second removed, and the third kept by the map.
 * A host that uses Chronicle itself, with the same classes, keeps the hook that it has.
 */
final class ChronicleThreads {
    /** Switches that Chronicle reads once: for its advertisement, and for the thread that closes what is released. */
    private static final Map<String, String> SWITCHES =
            Map.of("chronicle.announcer.disable", "true", "background.releaser", "false");

    private static final System.Logger LOG = Log.of(ChronicleThreads.class);

    private ChronicleThreads() {}

    /** Opens a map. The switches are reset afterwards, for other users of Chronicle. */
    static synchronized ChronicleMap<byte[], byte[]> open(Supplier<ChronicleMap<byte[], byte[]>> opening) {
        Map<String, @Nullable String> before = new TreeMap<>();
        boolean isHookOfHost = PriorityHook.getRegisteredHook() != null;
        SWITCHES.forEach((name, value) -> before.put(name, System.setProperty(name, value)));
        try {
            ChronicleMap<byte[], byte[]> map = opening.get();
            if (map instanceof VanillaChronicleMap<byte[], byte[], ?> vanilla) {
                Contexts.FIELD.set(vanilla, new Contexts());
            }
            return map;
        } finally {
            before.forEach(ChronicleThreads::reset);
            if (!isHookOfHost) {
                removeShutdownHook();
            }
        }
    }

    private static void reset(String name, @Nullable String value) {
        if (value == null) {
            System.clearProperty(name);
        } else {
            System.setProperty(name, value);
        }
    }

    /** Removes the hook. It has nothing to do, because an engine closes its tables and nothing is released later. */
    private static void removeShutdownHook() {
        try {
            PriorityHook.clear();
        } catch (IllegalStateException e) {
            LOG.log(System.Logger.Level.DEBUG, "The JVM is shutting down, so the hook of Chronicle stays", e);
        }
    }

    /**
     * The context of each thread with one map. A thread holds its context weakly, and the map strongly. So contexts go
     * with their map, and those of threads that have ended go when the next thread comes.
     */
    private static final class Contexts extends ThreadLocal<@Nullable ContextHolder> {
        static final VarHandle FIELD = field();

        private final ThreadLocal<@Nullable WeakReference<ContextHolder>> ofThread = new ThreadLocal<>();
        private final List<Owned> owned = new ArrayList<>();

        private static VarHandle field() {
            try {
                return MethodHandles.privateLookupIn(VanillaChronicleMap.class, MethodHandles.lookup())
                        .findVarHandle(VanillaChronicleMap.class, "cxt", ThreadLocal.class);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(
                        "Expected a Chronicle Map with the field cxt, but this version has none; take the version of"
                                + " engine-off-heap.",
                        e);
            }
        }

        @Override
        public @Nullable ContextHolder get() {
            WeakReference<ContextHolder> context = ofThread.get();
            return context == null ? null : context.get();
        }

        @Override
        public void set(@Nullable ContextHolder context) {
            if (context == null) {
                remove();
                return;
            }
            Thread thread = Thread.currentThread();
            synchronized (owned) {
                owned.removeIf(each -> each.isLeft() || each.thread.refersTo(thread));
                owned.add(new Owned(new WeakReference<>(thread), context));
            }
            ofThread.set(new WeakReference<>(context));
        }

        @Override
        public void remove() {
            Thread thread = Thread.currentThread();
            synchronized (owned) {
                owned.removeIf(each -> each.thread.refersTo(thread));
            }
            ofThread.remove();
        }
    }

    /** A context and its thread. */
    private record Owned(WeakReference<Thread> thread, ContextHolder context) {
        boolean isLeft() {
            Thread owner = thread.get();
            return owner == null || !owner.isAlive();
        }
    }
}
