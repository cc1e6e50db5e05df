package dev.plinth.engine.internal.base.decision;

import dev.plinth.engine.internal.base.decision.ImportedWorkspaces.ImportedWorkspace;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.SetKey;
import java.util.List;

/**
 * The list numbers that unfinished imports have reserved. Timers and retentions pass over the rows behind them, because
 * rows that belong together may not be there yet. Valid for one look at the rows.
 */
public final class HiddenNumbers {
    private static final HiddenNumbers NONE = new HiddenNumbers(List.of());

    private final List<ImportedWorkspace> imports;

    private HiddenNumbers(List<ImportedWorkspace> imports) {
        this.imports = imports;
    }

    /** Returns the hidden numbers. Without an unfinished import that is one look at an empty set. */
    public static HiddenNumbers of(Rows rows) {
        List<ImportedWorkspace> imports = ImportedWorkspaces.unfinished(rows);
        return imports.isEmpty() ? NONE : new HiddenNumbers(imports);
    }

    /** Returns true if no number is hidden. */
    public boolean isEmpty() {
        return imports.isEmpty();
    }

    /** Returns the number of the first unfinished import, or {@link Rows#NONE}. */
    public long first() {
        return imports.isEmpty() ? Rows.NONE : imports.get(0).first();
    }

    /** Returns the last number of the range that hides this number, or {@link Rows#NONE} if it is not hidden. */
    public long endOf(long number) {
        // By index, because this is asked for each due number.
        for (int i = 0; i < imports.size(); i++) {
            ImportedWorkspace each = imports.get(i);
            if (each.first() <= number && number <= each.last()) {
                return each.last();
            }
        }
        return Rows.NONE;
    }

    /** Returns the first member of a set from a number on that is not hidden, or {@link Rows#NONE}. */
    public long ceiling(Rows rows, SetKey set, long from) {
        long next = rows.ceiling(set, from);
        for (long end = endOf(next); next != Rows.NONE && end != Rows.NONE; end = endOf(next)) {
            next = rows.ceiling(set, end + 1);
        }
        return next;
    }
}
