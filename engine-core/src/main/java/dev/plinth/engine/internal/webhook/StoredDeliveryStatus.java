package dev.plinth.engine.internal.webhook;

import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The states of a delivery, in the order of the stored numbers. */
enum StoredDeliveryStatus {
    PENDING,
    RETRYING,
    HELD,
    DELIVERED,
    EXHAUSTED,
    DROPPED;

    /** The states to which each one leads. A delivery may also stay as it is. */
    private static final Map<StoredDeliveryStatus, Set<StoredDeliveryStatus>> NEXT = Map.of(
            PENDING, EnumSet.of(RETRYING, HELD, DELIVERED, EXHAUSTED, DROPPED),
            RETRYING, EnumSet.of(PENDING, HELD, DELIVERED, EXHAUSTED, DROPPED),
            HELD, EnumSet.of(PENDING, RETRYING, DELIVERED, EXHAUSTED, DROPPED),
            // A requested attempt may still deliver it, and a recovery opens it again.
            EXHAUSTED, EnumSet.of(RETRYING, HELD, DELIVERED),
            DROPPED, EnumSet.of(DELIVERED),
            DELIVERED, EnumSet.noneOf(StoredDeliveryStatus.class));

    /** The states from which a delivery may still go on. */
    static final List<StoredDeliveryStatus> OPEN = List.of(PENDING, RETRYING, HELD);

    private static final StoredDeliveryStatus[] VALUES = values();

    static StoredDeliveryStatus stored(int number) {
        return VALUES[number];
    }

    boolean leadsTo(StoredDeliveryStatus next) {
        return this == next || NEXT.getOrDefault(this, Set.of()).contains(next);
    }

    String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Returns true once a delivery does not go on by itself. */
    boolean isSettled() {
        return ordinal() >= DELIVERED.ordinal();
    }
}
