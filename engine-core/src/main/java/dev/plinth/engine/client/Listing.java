package dev.plinth.engine.client;

import dev.plinth.engine.api.Page;
import dev.plinth.engine.api.WireValue;
import dev.plinth.engine.internal.json.ApiValueReader;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * The call of a list of the typed client: one page with {@link #call} or {@link #submit}, or all items with
 * {@link #stream}. Immutable: every option returns a new listing.
 *
 * @param <T> the type of its items
 */
public final class Listing<T extends WireValue> {
    private static final int STREAM_PAGE = 100;

    private final Invocation<Page<T>> filtered;
    private final @Nullable Integer limit;
    private final @Nullable String cursor;

    private Listing(Invocation<Page<T>> filtered, @Nullable Integer limit, @Nullable String cursor) {
        this.filtered = filtered;
        this.limit = limit;
        this.cursor = cursor;
    }

    static <T extends WireValue> Listing<T> of(
            Invocations invocations, String operation, List<String> pathValues, Class<T> type) {
        return new Listing<>(invocations.of(operation, pathValues, ApiValueReader.page(type)), null, null);
    }

    /**
     * Returns this list with a filter that its route knows.
     *
     * @param filter its name, such as {@code status} or {@code metadata.team}
     * @param value its value, as it is
     */
    public Listing<T> where(String filter, String value) {
        Objects.requireNonNull(filter, "filter must not be null.");
        Objects.requireNonNull(value, "value must not be null; leave the filter out.");
        return new Listing<>(filtered.parameter(filter, value), limit, cursor);
    }

    /** Returns this list with at most so many items a page, 1–100. The default is 20, and 100 for a stream. */
    public Listing<T> limit(int items) {
        return new Listing<>(filtered, items, cursor);
    }

    /** Returns the part of this list after the page with this {@code nextCursor}. */
    public Listing<T> after(String nextCursor) {
        return new Listing<>(filtered, limit, Objects.requireNonNull(nextCursor, "nextCursor must not be null."));
    }

    /**
     * Makes the call of one page on this thread.
     *
     * @throws dev.plinth.engine.api.PlinthException if the call was refused; it carries the problem
     * @throws IllegalStateException on a thread of the engine's own, on which a host's log handler or clock may run
     */
    public Page<T> call() {
        return page().call();
    }

    /** Makes the call of one page as {@link Invocation#submit} does. */
    public CompletableFuture<Page<T>> submit() {
        return page().submit();
    }

    /**
     * Returns all items of the list, page after page. A page is called on the thread that reads the stream, once its
     * first item is asked for; each takes the units of a call. At most one page is in memory.
     *
     * <p>The list may change meanwhile. An item that is in it all the time comes once, as it was when its page was
     * called. An item that is deleted before its page is called does not come. Of a list with the newest first, an item
     * that is made after the first page does not come.
     *
     * <p>The stream is sequential, and needs no close. A refused call throws
     * {@link dev.plinth.engine.api.PlinthException} where the item is asked for.
     */
    public Stream<T> stream() {
        Iterator<T> items = new Items<>(limit == null ? limit(STREAM_PAGE) : this);
        return StreamSupport.stream(
                Spliterators.spliteratorUnknownSize(
                        items, Spliterator.ORDERED | Spliterator.NONNULL | Spliterator.IMMUTABLE),
                false);
    }

    private Invocation<Page<T>> page() {
        Invocation<Page<T>> page = limit == null ? filtered : filtered.parameter("limit", limit.toString());
        return cursor == null ? page : page.parameter("cursor", cursor);
    }

    /** Reads a list page by page. Not thread-safe. */
    private static final class Items<T extends WireValue> implements Iterator<T> {
        private @Nullable Listing<T> next;
        private Iterator<T> page = List.<T>of().iterator();

        Items(Listing<T> first) {
            next = first;
        }

        @Override
        public boolean hasNext() {
            while (!page.hasNext() && next != null) {
                Listing<T> called = next;
                Page<T> answer = called.call();
                next = answer.hasMore() ? answer.nextCursor().map(called::after).orElse(null) : null;
                page = answer.data().iterator();
            }
            return page.hasNext();
        }

        @Override
        public T next() {
            if (!hasNext()) {
                throw new NoSuchElementException("The list has no further item.");
            }
            return page.next();
        }
    }
}
