package dev.plinth.engine.api;

import java.util.List;
import java.util.Objects;

/**
 * The findings in a directory or a shared log, or the changes to it, for a person to read.
 *
 * @param isWhole true if nothing of the store is damaged or missing, or if the damage has been repaired
 * @param lines the lines to print
 */
public record StoreReport(boolean isWhole, List<String> lines) {
    /** Refuses null. Copies the lines. */
    public StoreReport {
        Objects.requireNonNull(lines, "lines must not be null.");
        lines = List.copyOf(lines);
    }
}
