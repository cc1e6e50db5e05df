package dev.plinth.engine.server;

import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Limits the bytes in flight in one direction of an adapter, in all and for each workspace. Thread-safe.
 *
 * <p>A workspace with nothing in flight always gets its first bytes. Otherwise the workspaces that fill the budget
 * would lock out a workspace that does one thing at a time. So the sum may exceed its limit by the first bytes of each
 * workspace.
 */
public final class ByteBudget {
    private final AtomicLong inFlight = new AtomicLong();
    private final ConcurrentHashMap<String, Long> byWorkspace = new ConcurrentHashMap<>();
    private final String name;
    private final long processMax;
    private final long workspaceMax;
    private final long firstMax;

    /**
     * Makes an unused budget.
     *
     * @param name names the counted bytes in the sentence of a refusal
     * @param processMax bytes of all workspaces, 1 or more
     * @param workspaceMax bytes of one workspace, 1 or more
     * @param firstMax bytes that a workspace with nothing in flight gets in any case, 0 or more
     * @throws IllegalArgumentException if a number is out of range
     */
    public ByteBudget(String name, long processMax, long workspaceMax, long firstMax) {
        this.name = Objects.requireNonNull(name, "name must not be null.");
        this.processMax = checked("processMax", processMax, 1);
        this.workspaceMax = checked("workspaceMax", workspaceMax, 1);
        this.firstMax = checked("firstMax", firstMax, 0);
    }

    private static long checked(String parameter, long bytes, long least) {
        if (bytes < least) {
            throw new IllegalArgumentException(
                    parameter + " must be " + least + " bytes or more, got " + bytes + ". Give a larger number.");
        }
        return bytes;
    }

    /**
     * Returns an empty share.
     *
     * @param workspace names the workspace, or the callers that count together as one; asked once bytes are taken
     */
    public Share share(Supplier<String> workspace) {
        return new Share(Objects.requireNonNull(workspace, "workspace must not be null."));
    }

    /** Returns the bytes in flight. */
    public long inFlight() {
        return inFlight.get();
    }

    /** Returns true if the bytes in flight of a workspace have reached its own limit. */
    public boolean isUsedUp(Supplier<String> workspace) {
        Objects.requireNonNull(workspace, "workspace must not be null.");
        // The cheap test comes first. A workspace reaches its limit only if the sum does too.
        return inFlight.get() >= Math.min(workspaceMax, processMax)
                && byWorkspace.getOrDefault(workspace.get(), 0L) >= workspaceMax;
    }

    /** Returns the sentence for a call that is refused for lack of room. */
    public String sentence() {
        return "Too many bytes of " + name + " are in flight: at most " + workspaceMax + " for a workspace and "
                + processMax + " in all. Nothing was changed; send the request again after Retry-After.";
    }

    /** The bytes of one call. For one thread at a time. */
    public final class Share {
        private final Supplier<String> named;
        private String workspace = "";
        private long bytes;
        private boolean closed;

        private Share(Supplier<String> named) {
            this.named = named;
        }

        /** Takes more bytes. Returns false and takes nothing if they exceed a limit. */
        public synchronized boolean take(long more) {
            return take(more, false);
        }

        /** Takes more bytes, even if they exceed a limit. */
        public synchronized void takeAnyway(long more) {
            boolean unused = take(more, true);
        }

        private boolean take(long more, boolean anyway) {
            if (closed || more == 0) {
                return !closed;
            }
            if (bytes == 0) {
                workspace = named.get();
            }
            long own = byWorkspace.merge(workspace, more, Long::sum);
            long all = inFlight.addAndGet(more); // last, because a reader of the sum has to see its parts
            boolean first = own == bytes + more && own <= firstMax;
            if (!anyway && !first && (all > processMax || own > workspaceMax)) {
                giveBack(more);
                return false;
            }
            bytes += more;
            return true;
        }

        /** Gives everything back. Closing again does nothing. */
        public synchronized void close() {
            if (!closed && bytes > 0) {
                giveBack(bytes);
            }
            closed = true;
        }

        private void giveBack(long some) {
            inFlight.addAndGet(-some);
            byWorkspace.computeIfPresent(workspace, (id, own) -> own == some ? null : own - some);
        }
    }
}
