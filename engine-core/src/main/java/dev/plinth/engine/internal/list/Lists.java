package dev.plinth.engine.internal.list;

import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.SetKey;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.json.JsonBytes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The door of the room: reads one page. */
public final class Lists {

    private Lists() {}

    /**
     * Reads a page of a set. It examines at most ten rows for each requested item. If a filter accepts only few of
     * them, the page is short and says that there is more. So is a page whose items reach
     * {@link Limits#PAGE_BYTES_MAX}.
     */
    public static <R> byte[] page(
            Rows rows, TableName<R> table, SetKey set, PageRequest request, Renderer<R> renderer) {
        return page(rows, table, List.of(set), request, renderer);
    }

    /** Reads one page of several sets, as if they were one. */
    public static <R> byte[] page(
            Rows rows, TableName<R> table, List<SetKey> sets, PageRequest request, Renderer<R> renderer) {
        SetUnion numbers = request.oldestFirst() ? SetUnion.upwards(rows, sets) : SetUnion.downwards(rows, sets);
        return page(
                new Items() {
                    @Override
                    public long next(long edge) {
                        return numbers.next(edge);
                    }

                    @Override
                    public byte @Nullable [] item(long number) {
                        R row = rows.at(table, number);
                        return row == null ? null : renderer.render(row);
                    }
                },
                request);
    }

    /** Reads a page of items that are not in a set of the store. */
    public static byte[] page(Items items, PageRequest request) {
        JsonBytes page = JsonBytes.object().name("data").openArray();
        int left = request.limit();
        int examined = 0;
        long bytes = 0;
        long at = request.edge();
        boolean more = false;
        long next = items.next(at);
        while (next != Rows.NONE) {
            if (examined++ == request.limit() * Limits.PAGE_ROWS_PER_ITEM_MAX) {
                more = true;
                break;
            }
            byte[] item = items.item(next);
            if (item != null && (left == 0 || isBeyond(bytes, item))) {
                more = true;
                break;
            }
            if (item != null) {
                page.raw(item);
                bytes += item.length;
                left--;
                at = next;
            } else if (left > 0) {
                at = next;
            }
            next = items.next(next);
        }
        page.closeArray().member("hasMore", more).name("nextCursor");
        if (more) {
            page.text(request.cursors().write(at));
        } else {
            page.nothing();
        }
        return page.end();
    }

    /** Returns true if an item makes the items of a page too long. The first one never does, so that each page goes on. */
    public static boolean isBeyond(long bytesBefore, byte[] item) {
        return bytesBefore > 0 && bytesBefore + item.length > Limits.PAGE_BYTES_MAX;
    }

    /** The items of a list, each under a number. */
    public interface Items {
        /**
         * Returns the number that follows another one in the order of the page, or {@link Rows#NONE} after the last
         * one.
         */
        long next(long edge);

        /** Returns the item, or null if it is not for this list or this caller. */
        byte @Nullable [] item(long number);
    }

    /** Renders a row of a list, or leaves it out. */
    @FunctionalInterface
    public interface Renderer<R> {
        /** Returns the item, or null if the row is not for this list or this caller. */
        byte @Nullable [] render(R row);
    }
}
