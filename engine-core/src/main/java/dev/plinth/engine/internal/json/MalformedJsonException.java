package dev.plinth.engine.internal.json;

import org.jspecify.annotations.Nullable;

/** Says in a sentence why bytes are refused as JSON. Checked, because every caller has an answer for it. */
public final class MalformedJsonException extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean grammatical;
    private final @Nullable String excess;

    MalformedJsonException(String sentence) {
        this(sentence, false, null);
    }

    private MalformedJsonException(String sentence, boolean grammatical, @Nullable String excess) {
        super(sentence, null, false, false);
        this.grammatical = grammatical;
        this.excess = excess;
    }

    /**
     * Makes an exception for grammatical JSON (RFC 8259) beyond the engine's limits, which RFC 8259 §§4, 6, 8.2 and 9
     * allow.
     */
    static MalformedJsonException beyondLimits(String sentence) {
        return new MalformedJsonException(sentence, true, null);
    }

    /** Makes an exception for an array at a pointer, at whose first item beyond the limit reading ended. */
    static MalformedJsonException tooManyItems(String pointer, String sentence) {
        return new MalformedJsonException(sentence, true, pointer);
    }

    /** Returns the pointer of an array that has too many items, or null if something else is wrong. */
    public @Nullable String excess() {
        return excess;
    }

    /** Returns true if the grammar of JSON allows what was found. */
    public boolean isGrammatical() {
        return grammatical;
    }

    public String sentence() {
        return String.valueOf(getMessage());
    }
}
