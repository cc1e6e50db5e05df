package dev.plinth.engine.benchmarks.report;

import org.jspecify.annotations.Nullable;

/**
 * A ratio of two figures, or one figure alone, and what it should be.
 *
 * @param what is measured
 * @param against whom
 * @param numerator name of a figure
 * @param denominator name of a figure; empty if the numerator alone counts
 * @param sense how the bound is meant
 * @param bound what is aimed at
 */
public record Aim(String what, String against, String numerator, String denominator, Sense sense, double bound) {
    /** How a bound is meant. */
    public enum Sense {
        AT_LEAST("≥ "),
        AT_MOST("≤ "),
        /** No aim: told because it would be dishonest not to. */
        TOLD("");

        private final String sign;

        Sense(String sign) {
            this.sign = sign;
        }
    }

    /**
     * What came of it.
     *
     * @param ratio the ratio; null if one of its figures was not measured
     * @param met null if there is no ratio or no aim
     */
    public record Ratio(
            String what,
            String against,
            String aim,
            @Nullable Double ratio,
            @Nullable Boolean met) {}

    /** What came of it in a run. */
    public Ratio of(Results results) {
        Figure above = results.figure(numerator);
        Figure below = denominator.isEmpty() ? new Figure("", 1, "") : results.figure(denominator);
        Double ratio = above == null || below == null ? null : above.value() / below.value();
        return new Ratio(what, against, aim(), ratio, ratio == null || sense == Sense.TOLD ? null : isMetBy(ratio));
    }

    private String aim() {
        return sense == Sense.TOLD ? "–" : sense.sign + Numbers.text(bound);
    }

    private boolean isMetBy(double ratio) {
        return sense == Sense.AT_LEAST ? ratio >= bound : ratio <= bound;
    }
}
