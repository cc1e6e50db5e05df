package dev.plinth.engine.internal.json;

/** Says in a sentence why bytes are not JSON. Checked, because every caller has an answer for it. */
public final class MalformedJson extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedJson(String sentence) {
        super(sentence, null, false, false);
    }

    /** The sentence. */
    public String sentence() {
        return String.valueOf(getMessage());
    }
}
