package dev.plinth.engine.internal.list;

import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.Rows;
import dev.plinth.engine.internal.base.SetKey;
import dev.plinth.engine.internal.json.JsonBytes;
import org.jspecify.annotations.Nullable;

/** The door of the room: reads one page. */
public final class Lists {
    private static final int PAGE_BYTES_EXPECTED = 4096;

    private Lists() {}

    /**
     * One page of a set. It examines at most ten rows for each item that was asked for; where a filter leaves
     * few of them, the page is short and says that there is more.
     */
    public static byte[] page(Rows rows, SetKey set, PageRequest request, Renderer renderer) {
        JsonBytes page = new JsonBytes(PAGE_BYTES_EXPECTED).open().name("data").openArray();
        int left = request.limit();
        int examined = 0;
        long at = request.edge();
        boolean more = false;
        long next = next(rows, set, at, request);
        while (next != Rows.NONE) {
            if (examined++ == request.limit() * Limits.PAGE_ROWS_PER_ITEM_MAX) {
                more = true;
                break;
            }
            byte[] row = rows.at(next);
            byte[] item = row == null ? null : renderer.render(row);
            if (item != null && left == 0) {
                more = true;
                break;
            }
            if (item != null) {
                page.raw(item);
                left--;
                at = next;
            } else if (left > 0) {
                at = next;
            }
            next = next(rows, set, next, request);
        }
        page.closeArray().member("hasMore", more).name("nextCursor");
        if (more) {
            page.text(Cursors.write(at, request.filter()));
        } else {
            page.nothing();
        }
        return page.close().bytes();
    }

    private static long next(Rows rows, SetKey set, long from, PageRequest request) {
        return request.oldestFirst() ? rows.ceiling(set, from + 1) : rows.floor(set, from - 1);
    }

    /** Renders a row of a list, or leaves it out. */
    @FunctionalInterface
    public interface Renderer {
        /** The item, or null where the row is not for this list or this caller. */
        byte @Nullable [] render(byte[] row);
    }
}
