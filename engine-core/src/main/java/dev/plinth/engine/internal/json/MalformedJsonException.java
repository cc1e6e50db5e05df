package dev.plinth.engine.internal.json;

import org.jspecify.annotations.Nullable;

/** Says in a sentence why bytes are not taken as JSON. Checked, because every caller has an answer for it. */
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

    /** Of what is JSON by its grammar (RFC 8259), but more than is taken here: RFC 8259 §§4, 6, 8.2 and 9 allow such limits. */
    static MalformedJsonException beyondLimits(String sentence) {
        return new MalformedJsonException(sentence, true, null);
    }

    /** Of an array, at a pointer, that was left at its first item too many. */
    static MalformedJsonException tooManyItems(String pointer, String sentence) {
        return new MalformedJsonException(sentence, true, pointer);
    }

    /** The pointer of an array that has too many items; null if something else is wrong. */
    public @Nullable String excess() {
        return excess;
    }

    /** True if the grammar of JSON allows what was found. */
    public boolean isGrammatical() {
        return grammatical;
    }

    /** The sentence. */
    public String sentence() {
        return String.valueOf(getMessage());
    }
}
