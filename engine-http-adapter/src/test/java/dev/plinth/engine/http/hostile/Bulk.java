package dev.plinth.engine.http.hostile;

import java.util.Collections;

/** Bodies of bulk calls. */
final class Bulk {
    /** The most that one call may have. */
    static final int OPERATIONS_MAX = 10_000;

    private Bulk() {}

    /** Returns a body that repeats an operation. */
    static String of(String operation, int times) {
        return "{\"operations\":[" + String.join(",", Collections.nCopies(times, operation)) + "]}";
    }

    /** Returns a body that creates resources with names alone. */
    static String creates(int times) {
        return of("{\"action\":\"create\",\"name\":\"hostile\"}", times);
    }
}
