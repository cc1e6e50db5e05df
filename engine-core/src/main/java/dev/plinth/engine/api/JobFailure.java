package dev.plinth.engine.api;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** How a handler fails a job on purpose. */
public final class JobFailure extends Exception {
    private static final long serialVersionUID = 1L;

    private final String code;
    private final boolean retryable;

    /**
     * A failure.
     *
     * @param code a stable name, such as {@code card_declined}; of a long one the first 255 characters are kept
     * @param detail a sentence for the job's reader; no secrets; of a long one the first 1,000 characters are kept
     * @param retryable false to end the job whatever attempts are left
     */
    public JobFailure(String code, String detail, boolean retryable) {
        this(code, detail, retryable, null);
    }

    /**
     * A failure that has a cause, which the log shows and the job does not.
     *
     * @param code a stable name, such as {@code card_declined}; of a long one the first 255 characters are kept
     * @param detail a sentence for the job's reader; no secrets; of a long one the first 1,000 characters are kept
     * @param retryable false to end the job whatever attempts are left
     * @param cause what went wrong, or null
     */
    public JobFailure(String code, String detail, boolean retryable, @Nullable Throwable cause) {
        super(detail, cause);
        this.code = Objects.requireNonNull(code, "Expected a code, but got null; name the failure.");
        this.retryable = retryable;
    }

    /** The stable name. */
    public String code() {
        return code;
    }

    /** True if another attempt makes sense. */
    public boolean retryable() {
        return retryable;
    }
}
