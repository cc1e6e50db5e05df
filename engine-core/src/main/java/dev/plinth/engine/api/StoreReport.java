package dev.plinth.engine.api;

import java.util.List;

/**
 * What was found or done in the directory of a store, for a person to read.
 *
 * @param isWhole true if nothing of the store is damaged or missing, or any more
 * @param lines what to print, each a line
 */
public record StoreReport(boolean isWhole, List<String> lines) {
    /** Keeps a copy of the lines. */
    public StoreReport {
        lines = List.copyOf(lines);
    }
}
