package dev.plinth.engine.internal.resource;

import dev.plinth.engine.api.Reply;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes entity tags, and reads those of conditions (RFC 9110 §8.8.3, §13.1). A tag in a condition may also be that of the
 * compressed form of an answer.
 */
final class EntityTagMatch {
    private static final String FIRST = "\"v1\"";
    private static final String ANY = "*";
    private static final String WEAK = "W/";
    private static final char QUOTE = '"';
    private static final String OF_GZIP = Reply.tagOf("\"\"", "gzip").substring(1);
    private static final int NONE = -1;

    private EntityTagMatch() {}

    /** Returns the strong tag of a version. */
    static String tag(long version) {
        return version == 1 ? FIRST : "\"v" + version + "\"";
    }

    /** Returns the strong tag of a version as a role sees it. */
    static String tag(long version, String role) {
        return "\"v" + version + "-" + role + "\"";
    }

    /** Returns true if a condition names whatever is there. */
    static boolean isAny(String header) {
        return header.strip().equals(ANY);
    }

    /** Returns the tags of a condition as they were sent. Returns null if it is no list of tags. */
    static @Nullable List<String> tags(String header) {
        List<String> tags = new ArrayList<>();
        boolean isSeparated = true;
        int at = 0;
        while (at < header.length()) {
            char next = header.charAt(at);
            if (next == ',' || next == ' ' || next == '\t') {
                isSeparated |= next == ',';
                at++;
                continue;
            }
            int end = isSeparated ? endOfTag(header, at) : NONE;
            if (end == NONE) {
                return null;
            }
            tags.add(header.substring(at, end));
            isSeparated = false;
            at = end;
        }
        return tags;
    }

    private static int endOfTag(String header, int at) {
        int open = header.startsWith(WEAK, at) ? at + WEAK.length() : at;
        boolean isQuoted = open < header.length() && header.charAt(open) == QUOTE;
        int close = isQuoted ? header.indexOf(QUOTE, open + 1) : NONE;
        return close == NONE ? NONE : close + 1;
    }

    /** Compares the tag of a condition with a current one (RFC 9110 §8.8.3.2). A weak tag equals none strongly. */
    static boolean equalsStrongly(String sent, String tag) {
        return ofPlainForm(sent).equals(tag);
    }

    /** Compares the tag of a condition with a current one, weak or not. */
    static boolean equalsWeakly(String sent, String tag) {
        return equalsStrongly(withoutWeakness(sent), tag);
    }

    /** Returns a tag without the mark of a weak one. */
    static String withoutWeakness(String sent) {
        return sent.startsWith(WEAK) ? sent.substring(WEAK.length()) : sent;
    }

    private static String ofPlainForm(String sent) {
        return sent.endsWith(OF_GZIP) ? sent.substring(0, sent.length() - OF_GZIP.length()) + QUOTE : sent;
    }
}
