package dev.plinth.engine.http.config;

/**
 * A fault of a setting. Immutable.
 *
 * @param place the file and line, such as {@code plinth.yaml:12}; empty for flags and environment variables
 * @param sentence the value, the limit and the next step
 */
public record Fault(String place, String sentence) {
    /** Ends the sentence with a full stop. */
    public Fault {
        sentence = sentence.endsWith(".") ? sentence : sentence + ".";
    }

    @Override
    public String toString() {
        return place.isEmpty() ? sentence : place + ": " + sentence;
    }
}
