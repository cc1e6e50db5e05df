package dev.plinth.engine.benchmarks.report;

import org.jspecify.annotations.Nullable;

/**
 * A ratio of two figures, or one figure alone, with its target.
 *
 * @param what what is measured
 * @param against the peer to compare with
 * @param numerator name of a figure
 * @param denominator name of a figure; empty if the numerator alone counts
 * @param sense the direction of the target
 * @param bound the target
 */
public record Aim(String what, String against, String numerator, String denominator, Sense sense, double bound) {
    /** The direction of a target. */
    public enum Sense {
        AT_LEAST("≥ "),
        AT_MOST("≤ "),
        /** No target, but a figure that honesty requires. */
        TOLD("");

        private final String sign;

        Sense(String sign) {
            this.sign = sign;
        }
    }

    /**
     * The result of a target.
     *
     * @param ratio the ratio; null if one of its figures was not measured
     * @param met null if there is no ratio or no target
     */
    public record Ratio(
            String what,
            String against,
            String aim,
            @Nullable Double ratio,
            @Nullable Boolean met) {}

    /** Returns the result of the target in a run. */
    public Ratio of(Results results) {
        ReportFigure above = results.figure(numerator);
        ReportFigure below = denominator.isEmpty() ? new ReportFigure("", 1, "") : results.figure(denominator);
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
