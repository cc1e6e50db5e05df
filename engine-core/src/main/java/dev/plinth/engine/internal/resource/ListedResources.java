package dev.plinth.engine.internal.resource;

import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.SetKey;
import dev.plinth.engine.internal.list.Lists;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The resources of some sets, newest first, as a page shows them. Numbers are in the order of times, so the times of a
 * filter limit the numbers. Resources that are too young are skipped, and the first one that is too old ends the list.
 * Not thread-safe; for one page.
 */
final class ListedResources implements Lists.Items {
    private final Rows rows;
    private final List<SetKey> sets;
    private final ResourceFilter filter;
    /** The row of the last returned number. */
    private @Nullable ResourceRow row;

    ListedResources(Rows rows, List<SetKey> sets, ResourceFilter filter) {
        this.rows = rows;
        this.sets = sets;
        this.filter = filter;
    }

    @Override
    public long next(long edge) {
        long number = rows.floor(sets, edge - 1);
        row = read(number);
        if (row != null && row.createdAt() >= filter.createdBefore()) {
            number = rows.floor(sets, lastBefore(number));
            row = read(number);
        }
        return row != null && row.createdAt() <= filter.createdAfter() ? Rows.NONE : number;
    }

    @Override
    public byte @Nullable [] item(long number) {
        return row != null && filter.accepts(row) ? row.json() : null;
    }

    /**
     * Finds by halving, in at most 63 reads, a number that separates old members from young ones. All members up to it
     * are old enough. No member above it is, up to the given number.
     */
    private long lastBefore(long tooYoung) {
        long young = tooYoung;
        long old = rows.ceiling(sets, 0) - 1;
        while (young - old > 1) {
            long middle = old + (young - old) / 2;
            long member = rows.floor(sets, middle);
            ResourceRow there = member > old ? read(member) : null;
            if (there != null && there.createdAt() >= filter.createdBefore()) {
                young = member;
            } else {
                old = middle;
            }
        }
        return old;
    }

    private @Nullable ResourceRow read(long number) {
        return rows.at(ResourceTables.RESOURCES, number);
    }
}
