package dev.plinth.engine.internal.job;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The states of a job; the last three are final. The order is that of the stored numbers. */
enum JobStatus {
    SCHEDULED,
    QUEUED,
    RUNNING,
    SUCCEEDED,
    FAILED,
    CANCELED;

    private static final JobStatus[] VALUES = values();

    static JobStatus stored(int number) {
        return VALUES[number];
    }

    static @Nullable JobStatus named(String name) {
        for (JobStatus status : VALUES) {
            if (status.wireName().equals(name)) {
                return status;
            }
        }
        return null;
    }

    String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    boolean isFinal() {
        return ordinal() >= SUCCEEDED.ordinal();
    }
}
