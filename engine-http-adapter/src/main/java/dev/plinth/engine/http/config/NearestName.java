package dev.plinth.engine.http.config;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Finds the name that a user probably meant. */
public final class NearestName {
    private static final int LENGTH_MAX = 64;

    private NearestName() {}

    /**
     * Returns the sentence on an unknown name, with the nearest one, or with all names if none is near.
     *
     * @param kind the kind of name, such as {@code key}
     * @param name the name as the user wrote it
     * @param names the names that are known
     */
    public static String unknown(String kind, String name, List<String> names) {
        return unknown(kind, "", name, names);
    }

    /** Returns the same sentence, where a prefix of the name is right. */
    static String unknown(String kind, String prefix, String name, List<String> names) {
        Optional<String> nearest = nearest(name, names);
        String next =
                nearest.isPresent() ? "The nearest name is " + nearest.get() : "Use one of " + String.join(", ", names);
        return "Unknown " + kind + " " + FaultList.shown(prefix + name) + ". " + next + ".";
    }

    /** Returns the name that is nearest to another one, if one is near. */
    public static Optional<String> nearest(String key, List<String> names) {
        if (key.length() > LENGTH_MAX) {
            return Optional.empty();
        }
        int near = Math.max(1, key.length() / 3);
        return names.stream()
                .min(Comparator.comparingInt(name -> distance(key, name)))
                .filter(name -> distance(key, name) <= near);
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
