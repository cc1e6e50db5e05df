package dev.plinth.engine.internal.json;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A text or number inside its document, which makes a string of its own only when it is asked for. Immutable. Two are
 * equal if they have the same kind and the same characters.
 */
abstract class LazyText {
    private final byte @Nullable [] source;
    private final int from;
    private final int to;
    private @Nullable String text;

    /** Makes a value of the UTF-8 bytes between two positions, which have no escapes. */
    LazyText(byte[] source, int from, int to) {
        this.source = source;
        this.from = from;
        this.to = to;
    }

    LazyText(String text) {
        this.source = null;
        this.from = 0;
        this.to = 0;
        this.text = text;
    }

    /** Returns the document in which it is, or null if it has its own text. */
    final byte @Nullable [] source() {
        return source;
    }

    final int from() {
        return from;
    }

    final int to() {
        return to;
    }

    final String text() {
        String known = text;
        if (known == null) {
            known = source == null ? "" : new String(source, from, to - from, StandardCharsets.UTF_8);
            text = known; // racing threads make equal strings
        }
        return known;
    }

    @Override
    public final boolean equals(@Nullable Object other) {
        return other instanceof LazyText spelled && getClass() == other.getClass() && text().equals(spelled.text());
    }

    @Override
    public final int hashCode() {
        return text().hashCode();
    }

    @Override
    public final String toString() {
        return text();
    }
}
