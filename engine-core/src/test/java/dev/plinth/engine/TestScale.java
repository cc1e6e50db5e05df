package dev.plinth.engine;

/** How much the suites do: the full counts in {@code ci}, a tenth of them in {@code short}, ten times in {@code long}. */
public final class TestScale {
    private static final String LENGTH = System.getProperty("plinth.test.scale", "short");

    private TestScale() {}

    /** A count, given as what {@code ci} does; at least 1. */
    public static int count(int ci) {
        return count(Math.max(1, ci / 10), ci, Math.multiplyExact(ci, 10));
    }

    /** A count, given for each length. */
    public static int count(int usual, int ci, int longest) {
        return switch (LENGTH) {
            case "short" -> usual;
            case "ci" -> ci;
            case "long" -> longest;
            default ->
                throw new IllegalStateException(
                        "Expected plinth.test.scale to be short, ci or long, but got " + LENGTH);
        };
    }

    /** Whether this is the run that everybody waits for. */
    public static boolean isShort() {
        return LENGTH.equals("short");
    }

    /** Whether this is a run by hand, of which nobody waits for the end. */
    public static boolean isLong() {
        return LENGTH.equals("long");
    }

    /** The seed of a random test: a new one for each run, or the one in {@code plinth.test.seed} to repeat a failure. */
    public static long seed() {
        return Long.getLong("plinth.test.seed", System.nanoTime());
    }

    /** Returns what to print with a failure of a random test. */
    public static String repeatWith(long seed) {
        return "repeat with -Dplinth.test.seed=" + seed;
    }
}
