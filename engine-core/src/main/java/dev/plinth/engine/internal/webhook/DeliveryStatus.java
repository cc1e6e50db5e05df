package dev.plinth.engine.internal.webhook;

import java.util.List;
import java.util.Locale;

/** The states of a delivery; the order is that of the stored numbers. */
enum DeliveryStatus {
    PENDING,
    RETRYING,
    HELD,
    DELIVERED,
    EXHAUSTED,
    DROPPED;

    /** The states in which something may still happen. */
    static final List<DeliveryStatus> OPEN = List.of(PENDING, RETRYING, HELD);

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
