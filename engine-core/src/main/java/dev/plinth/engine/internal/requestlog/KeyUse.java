package dev.plinth.engine.internal.requestlog;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The result of a request's idempotency key. */
public enum KeyUse {
    /** The request ran under the key. */
    EXECUTED,
    /** The first answer was given again. */
    REPLAYED,
    /** The key had been used for another request. */
    MISMATCH,
    /** Another request was running under the key. */
    IN_USE;

    private static final KeyUse[] ALL = values();
    private final String wireName = name().toLowerCase(Locale.ROOT);

    String wireName() {
        return wireName;
    }

    /** Returns a number for a use or its absence. */
    static int number(@Nullable KeyUse use) {
        return use == null ? 0 : 1 + use.ordinal();
    }

    static @Nullable KeyUse of(int number) {
        return number == 0 ? null : ALL[number - 1];
    }
}
