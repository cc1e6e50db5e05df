package dev.plinth.engine.internal.webhook;

import dev.plinth.engine.internal.base.Histogram;
import dev.plinth.engine.internal.webhook.send.SendError;
import dev.plinth.engine.internal.webhook.send.SendResult;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Counts the attempts at deliveries by result, and how long they took. Thread-safe. */
public final class AttemptTimes {
    /** The age of a delivery that was sent again on demand. */
    static final long NO_AGE = -1;

    private static final String DELIVERED = "delivered";
    private static final long[] ATTEMPT_MICROS = {
        1_000, 5_000, 10_000, 50_000, 100_000, 500_000, 1_000_000, 5_000_000, 10_000_000, 30_000_000
    };
    private static final long[] DELIVERY_MICROS = {
        10_000, 50_000, 100_000, 500_000, 1_000_000, 5_000_000, 30_000_000, 300_000_000, 3_600_000_000L, 86_400_000_000L
    };

    private final Map<String, Histogram> attempts = new LinkedHashMap<>();
    private final Histogram deliveries = new Histogram(DELIVERY_MICROS);

    AttemptTimes() {
        attempts.put(DELIVERED, new Histogram(ATTEMPT_MICROS));
        for (SendError error : SendError.values()) {
            attempts.put(error.code(), new Histogram(ATTEMPT_MICROS));
        }
    }

    /** Returns the durations of attempts by result: {@code delivered} or the class of the error. */
    public Map<String, Histogram> attempts() {
        return attempts;
    }

    /** Returns the times from an event to the end of its delivery. */
    public Histogram deliveries() {
        return deliveries;
    }

    /** Returns the result of an attempt in a word: {@code delivered} or the class of the error. */
    static String result(SendResult result) {
        SendError error = result.error();
        return error == null ? DELIVERED : error.code();
    }

    /**
     * Counts an attempt.
     *
     * @param ageMillis the age of the delivery at its end, or {@link #NO_AGE}
     */
    void ended(SendResult result, long ageMillis) {
        Histogram durations = attempts.get(result(result));
        if (durations != null) {
            durations.add(TimeUnit.MILLISECONDS.toMicros(result.durationMillis()));
        }
        if (result.delivered() && ageMillis != NO_AGE) {
            deliveries.add(TimeUnit.MILLISECONDS.toMicros(ageMillis));
        }
    }
}
