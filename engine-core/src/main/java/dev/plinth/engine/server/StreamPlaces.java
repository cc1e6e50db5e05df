package dev.plinth.engine.server;

import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** The open streams of events, limited for each workspace and in all. All adapters of an engine share them. Thread-safe. */
public final class StreamPlaces {
    /** Open streams of one workspace at once. */
    public static final int WORKSPACE_MAX = 100;

    /** Open streams at once. */
    public static final int MOST = 5_000;

    private final AtomicInteger open = new AtomicInteger();
    private final Map<String, Integer> byPayer = new ConcurrentHashMap<>();

    /** Begins without streams. */
    public StreamPlaces() {}

    /** The place of an open stream. Thread-safe. */
    public final class Place implements AutoCloseable {
        private final String payer;
        private final AtomicBoolean isClosed = new AtomicBoolean();

        private Place(String payer) {
            this.payer = payer;
        }

        /** Gives the place back. Does nothing the second time. */
        @Override
        public void close() {
            if (isClosed.compareAndSet(false, true)) {
                open.decrementAndGet();
                byPayer.computeIfPresent(payer, (any, streams) -> streams == 1 ? null : streams - 1);
            }
        }
    }

    /**
     * Takes a place for a stream, before its first part is read. Empty if there is none.
     *
     * @param payer the name under which the stream is counted, from {@link Admission#payer}
     */
    public Optional<Place> take(String payer) {
        Objects.requireNonNull(payer, "payer must not be null.");
        Place place = new Place(payer);
        int own = byPayer.merge(payer, 1, Integer::sum);
        boolean fits = open.incrementAndGet() <= MOST && own <= WORKSPACE_MAX;
        if (!fits) {
            place.close();
        }
        return fits ? Optional.of(place) : Optional.empty();
    }

    /** Returns how many streams are open. */
    public int open() {
        return open.get();
    }

    /** Returns the sentence for a caller that gets no place, to give to {@link Admission#submitWithoutPlace}. */
    public String sentence() {
        return "A workspace may have " + WORKSPACE_MAX + " open streams, and all workspaces " + MOST
                + ". Close one, or try again later with the last event id.";
    }
}
