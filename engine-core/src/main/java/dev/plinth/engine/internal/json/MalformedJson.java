package dev.plinth.engine.internal.json;

/** Says in a sentence why bytes are not taken as JSON. Checked, because every caller has an answer for it. */
public final class MalformedJson extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean grammatical;

    MalformedJson(String sentence) {
        this(sentence, false);
    }

    private MalformedJson(String sentence, boolean grammatical) {
        super(sentence, null, false, false);
        this.grammatical = grammatical;
    }

    /** Of what is JSON by its grammar (RFC 8259), but more than is taken here: RFC 8259 §§4, 6, 8.2 and 9 allow such limits. */
    static MalformedJson beyondLimits(String sentence) {
        return new MalformedJson(sentence, true);
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
