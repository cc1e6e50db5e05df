package dev.plinth.engine.internal.webhook;

import java.util.List;
import java.util.Locale;

/** The states of a delivery, in the order of the stored numbers. */
enum DeliveryStatus {
    PENDING,
    RETRYING,
    HELD,
    DELIVERED,
    EXHAUSTED,
    DROPPED;

    /** The states from which a delivery may still go on. */
    static final List<DeliveryStatus> OPEN = List.of(PENDING, RETRYING, HELD);

    private static final DeliveryStatus[] VALUES = values();

    static DeliveryStatus stored(int number) {
        return VALUES[number];
    }

    String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Returns true once a delivery does not go on by itself. */
    boolean isSettled() {
        return ordinal() >= DELIVERED.ordinal();
    }
}
