package dev.plinth.engine.internal.base;

import java.util.function.Supplier;
import jdk.jfr.Event;
import org.jspecify.annotations.Nullable;

/** Begins the events of flight recordings. */
public final class Recordings {
    private Recordings() {}

    /**
     * Begins an event if a recording wants it, and returns null otherwise.
     *
     * @param probe an event of the same type, which is only asked whether the type is wanted
     */
    public static <E extends Event> @Nullable E begun(E probe, Supplier<E> maker) {
        if (!probe.isEnabled()) {
            return null;
        }
        E event = maker.get();
        event.begin();
        return event;
    }
}
