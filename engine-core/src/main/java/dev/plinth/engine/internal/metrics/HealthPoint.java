package dev.plinth.engine.internal.metrics;

import java.util.EnumMap;
import java.util.Map;

/** Figures at one time. Immutable. */
public final class HealthPoint {
    private static final long ABSENT = -1;

    private final long atMillis;
    private final long[] values = new long[HealthFigure.values().length];

    /** Makes a point at a time in epoch milliseconds. Figures that are not given are absent. */
    HealthPoint(long atMillis, Map<HealthFigure, Long> figures) {
        this.atMillis = atMillis;
        for (HealthFigure figure : HealthFigure.values()) {
            values[figure.ordinal()] = figures.getOrDefault(figure, ABSENT);
        }
    }

    /** Returns its time in epoch milliseconds. */
    public long atMillis() {
        return atMillis;
    }

    public Map<HealthFigure, Long> figures() {
        Map<HealthFigure, Long> figures = new EnumMap<>(HealthFigure.class);
        for (HealthFigure figure : HealthFigure.values()) {
            long value = values[figure.ordinal()];
            if (value != ABSENT) {
                figures.put(figure, value);
            }
        }
        return figures;
    }
}
