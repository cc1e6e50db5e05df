package dev.plinth.engine.internal.resource;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Compares entity tags by RFC 9110 §13.1: strongly for If-Match, weakly for If-None-Match. */
final class EntityTagMatch {
    private static final String FIRST = "\"v1\"";

    private EntityTagMatch() {}

    /** Returns the strong tag of a version. */
    static String tag(long version) {
        return version == 1 ? FIRST : "\"v" + version + "\"";
    }

    /** Returns the strong tag of a version as a role sees it. */
    static String tag(long version, String role) {
        return "\"v" + version + "-" + role + "\"";
    }

    /** Returns true if the header names this tag, so that nothing has to be sent. */
    static boolean isUnchanged(@Nullable String header, String tag) {
        if (header == null) {
            return false;
        }
        return header.strip().equals("*")
                || tags(header).stream().anyMatch(other -> other.equals(tag) || other.equals("W/" + tag));
    }

    static List<String> tags(String header) {
        List<String> tags = new ArrayList<>();
        for (String tag : header.split(",")) {
            tags.add(tag.strip());
        }
        return tags;
    }
}
