package dev.plinth.engine.api;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads the header {@code tracestate} (W3C Trace Context §3.3). A key may have any form of level 1 or 2 of the standard.
 */
final class TraceStates {
    private static final int MEMBERS_MAX = 32;
    private static final int KEY_LENGTH_MAX = 256;
    private static final int VALUE_LENGTH_MAX = 256;
    /** Longer members go first if a state is too long. */
    private static final int MEMBER_LENGTH_USUAL = 128;

    private TraceStates() {}

    /** Returns what is kept of a header; empty if it is malformed. */
    static String kept(String header) {
        List<String> members = new ArrayList<>();
        int length = -1;
        for (String part : header.split(",")) {
            String member = trimmed(part);
            if (member.isEmpty()) {
                continue;
            }
            if (members.size() == MEMBERS_MAX || !isMember(member)) {
                return "";
            }
            members.add(member);
            length += member.length() + 1;
        }
        length = shorten(members, length, MEMBER_LENGTH_USUAL);
        shorten(members, length, 0);
        return String.join(",", members);
    }

    /** Removes members above a length from the end, until the rest is short enough. Returns the length of the rest. */
    private static int shorten(List<String> members, int length, int above) {
        int left = length;
        for (int i = members.size() - 1; i >= 0 && left > TraceParent.STATE_LENGTH_MAX; i--) {
            int member = members.get(i).length();
            if (member > above) {
                members.remove(i);
                left -= member + 1;
            }
        }
        return left;
    }

    private static boolean isMember(String member) {
        int equals = member.indexOf('=');
        int value = member.length() - equals - 1;
        if (equals < 1 || equals > KEY_LENGTH_MAX || value < 1 || value > VALUE_LENGTH_MAX) {
            return false;
        }
        for (int i = 0; i < member.length(); i++) {
            char c = member.charAt(i);
            boolean isRight = i < equals ? isOfKey(c, i == 0) : i == equals || c >= ' ' && c <= '~' && c != '=';
            if (!isRight) {
                return false;
            }
        }
        return true;
    }

    private static boolean isOfKey(char c, boolean isFirst) {
        boolean isAlphanumeric = c >= 'a' && c <= 'z' || c >= '0' && c <= '9';
        return isAlphanumeric || !isFirst && "_-*/@".indexOf(c) >= 0;
    }

    /** Returns a member without the blanks and tabs around it. */
    private static String trimmed(String part) {
        int start = 0;
        int end = part.length();
        while (start < end && isBlank(part.charAt(start))) {
            start++;
        }
        while (end > start && isBlank(part.charAt(end - 1))) {
            end--;
        }
        return part.substring(start, end);
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }
}
