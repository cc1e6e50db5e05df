package dev.plinth.engine.internal.json;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A value that is spelled: it stands in the text of its document, and only who asks for it gets a text of its own. Immutable; two
 * are equal if they are of one kind and spell the same.
 */
abstract class LazyText {
    private final byte @Nullable [] source;
    private final int from;
    private final int to;
    private @Nullable String text;

    /** What stands in UTF-8, without escapes, from here to there. */
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

    /** The document in which it stands; null if it is a text of its own. */
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
            text = known; // whoever races makes an equal one
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
