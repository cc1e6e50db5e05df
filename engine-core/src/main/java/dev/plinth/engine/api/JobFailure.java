package dev.plinth.engine.api;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Fails a job on purpose. A handler throws it. */
public final class JobFailure extends Exception {
    private static final long serialVersionUID = 1L;

    private final String code;
    private final boolean retryable;

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
    }

    /** The stable name. */
    public String code() {
        return code;
    }

    /** Returns true if another attempt makes sense. */
    public boolean retryable() {
        return retryable;
    }
}
