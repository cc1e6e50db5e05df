package dev.plinth.engine.api;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Fails a job on purpose. A handler throws it. */
public final class JobFailure extends Exception {
    private static final long serialVersionUID = 1L;

    private final String code;
    private final boolean retryable;
    private final @Nullable Duration retryAfter;

    /**
     * Makes a failure without a cause.
     *
     * @param code a stable name, such as {@code card_declined}; cut to 255 characters
     * @param detail a sentence for the job's reader, without secrets; cut to 1,000 characters, null if there is none
     * @param retryable false to end the job whatever attempts are left
     */
    public JobFailure(String code, @Nullable String detail, boolean retryable) {
        this(code, detail, retryable, null);
    }

    /**
     * Makes a failure with a cause, which is logged and not shown in the job.
     *
     * @param code a stable name, such as {@code card_declined}; cut to 255 characters
     * @param detail a sentence for the job's reader, without secrets; cut to 1,000 characters, null if there is none
     * @param retryable false to end the job whatever attempts are left
     * @param cause what went wrong, or null
     */
    public JobFailure(String code, @Nullable String detail, boolean retryable, @Nullable Throwable cause) {
        super(detail, cause);
        this.code = Objects.requireNonNull(code, "code must not be null; name the failure.");
        this.retryable = retryable;
        this.retryAfter = null;
    }

    private JobFailure(JobFailure other, Duration retryAfter) {
        super(other.getMessage(), other.getCause());
        setStackTrace(other.getStackTrace());
        this.code = other.code;
        this.retryable = other.retryable;
        this.retryAfter = retryAfter;
    }

    /**
     * Returns the same, whose next attempt begins after a gap of its own instead of the usual one. The backend that failed
     * may have named it, for example in {@code Retry-After}.
     *
     * @param gap 0 to 30 days
     * @throws IllegalArgumentException if the gap is negative or longer
     */
    public JobFailure retryAfter(Duration gap) {
        return new JobFailure(this, JobSnooze.checked("gap", gap, Duration.ZERO));
    }

    /** The stable name. */
    public String code() {
        return code;
    }

    /** Returns the gap before the next attempt; empty for the usual one. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    /** Returns true if another attempt makes sense. */
    public boolean retryable() {
        return retryable;
    }
}
