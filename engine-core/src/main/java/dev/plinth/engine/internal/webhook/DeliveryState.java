package dev.plinth.engine.internal.webhook;

/** The state of a delivery, with what only a delivery in this state has. */
sealed interface DeliveryState {
    StoredDeliveryStatus status();

    /**
     * Is to be sent.
     *
     * @param status {@link StoredDeliveryStatus#PENDING} or {@link StoredDeliveryStatus#RETRYING}
     * @param dueAt when the next attempt of the schedule is due, in epoch milliseconds; 0 while an earlier delivery of
     *     its lane is open
     */
    record Open(StoredDeliveryStatus status, long dueAt) implements DeliveryState {}

    /** Waits until its endpoint may be called. */
    record Held() implements DeliveryState {
        @Override
        public StoredDeliveryStatus status() {
            return StoredDeliveryStatus.HELD;
        }
    }

    /**
     * Does not go on by itself.
     *
     * @param at when it was settled, in epoch milliseconds
     * @param breaksLane true for the last exhausted delivery of its lane, until a delivery of the lane succeeds; the
     *     later ones get one attempt each
     */
    record Settled(StoredDeliveryStatus status, long at, boolean breaksLane) implements DeliveryState {}

    /** Returns an open or held state. */
    static DeliveryState open(StoredDeliveryStatus status, long dueAt) {
        return status == StoredDeliveryStatus.HELD ? new Held() : new Open(status, dueAt);
    }
}
