package dev.plinth.engine.api;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/** Finds the known name that a caller probably meant by an unknown one, for the text of an error. */
public final class NearestName {
    private static final int LENGTH_MAX = 64;
    private static final int WORD_LENGTH_MIN = 3;
    private static final int CHARACTERS_PER_SLIP = 3;

    private NearestName() {}

    /**
     * Returns the name that is nearest to an unknown one, or empty if none is near. A near name differs in case and
     * separators alone, or in every third character at most. It may also be the last word of the unknown one.
     */
    public static Optional<String> of(String unknown, Collection<String> names) {
        Objects.requireNonNull(unknown, "unknown must not be null.");
        Objects.requireNonNull(names, "names must not be null.");
        if (unknown.length() > LENGTH_MAX) {
            return Optional.empty();
        }
        String plain = plain(unknown);
        int near = Math.max(1, unknown.length() / CHARACTERS_PER_SLIP);
        return names.stream()
                .min(Comparator.comparingInt(name -> distance(plain, plain(name))))
                .filter(name -> distance(plain, plain(name)) <= near)
                .or(() -> names.stream()
                        .filter(name -> name.length() >= WORD_LENGTH_MIN && plain.endsWith(plain(name)))
                        .max(Comparator.comparingInt(String::length)));
    }

    private static String plain(String name) {
        return name.replace("_", "").replace("-", "").toLowerCase(Locale.ROOT);
    }

    /** Returns the edit distance: characters to insert, delete, replace, or swap with their neighbour. */
    private static int distance(String one, String other) {
        int[][] cost = new int[one.length() + 1][other.length() + 1];
        for (int i = 0; i <= one.length(); i++) {
            for (int j = 0; j <= other.length(); j++) {
                cost[i][j] = i == 0 || j == 0 ? i + j : step(cost, one, other, i, j);
            }
        }
        return cost[one.length()][other.length()];
    }

    private static int step(int[][] cost, String one, String other, int i, int j) {
        boolean same = one.charAt(i - 1) == other.charAt(j - 1);
        int least = Math.min(cost[i - 1][j - 1] + (same ? 0 : 1), Math.min(cost[i - 1][j], cost[i][j - 1]) + 1);
        boolean swapped =
                i > 1 && j > 1 && one.charAt(i - 1) == other.charAt(j - 2) && one.charAt(i - 2) == other.charAt(j - 1);
        return swapped ? Math.min(least, cost[i - 2][j - 2] + 1) : least;
    }
}
