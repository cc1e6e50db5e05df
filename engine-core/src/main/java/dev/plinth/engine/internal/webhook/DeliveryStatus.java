package dev.plinth.engine.internal.webhook;

import java.util.Locale;

/** The states of a delivery; the order is that of the stored numbers. */
enum DeliveryStatus {
    PENDING,
    RETRYING,
    HELD,
    DELIVERED,
    EXHAUSTED,
    DROPPED;

    private static final DeliveryStatus[] VALUES = values();

    static DeliveryStatus stored(int number) {
        return VALUES[number];
    }

    String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** True once nothing more happens by itself. */
    boolean isSettled() {
        return ordinal() >= DELIVERED.ordinal();
    }
}
