package dev.plinth.engine.internal.base;

import java.util.function.Supplier;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import org.jspecify.annotations.Nullable;

/** Begins the events of flight recordings. */
public final class Recordings {
    private Recordings() {}

    /**
     * Begins an event if a recording wants it, and returns null otherwise.
     *
     * @param probe returns an event of the same type, which is only asked whether the type is wanted
     */
    public static <E extends Event> @Nullable E begun(Supplier<E> probe, Supplier<E> maker) {
        // The first event of a type makes the JVM load its recorder, which takes a part of a cold start.
        if (!FlightRecorder.isInitialized() || !probe.get().isEnabled()) {
            return null;
        }
        E event = maker.get();
        event.begin();
        return event;
    }
}
