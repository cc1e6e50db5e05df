package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A page of a list.
 */
public final class Page<T> implements WireValue {
    private final List<T> data;
    private final boolean hasMore;
    private final @Nullable String nextCursor;

    private Page(List<T> data, boolean hasMore, @Nullable String nextCursor) {
        this.data = List.copyOf(data);
        this.hasMore = hasMore;
        this.nextCursor = nextCursor;
    }

    /** Returns the last page of a list, with these items. */
    public static <T> Page<T> of(List<T> data) {
        return new Page<>(Objects.requireNonNull(data, "data must not be null."), false, null);
    }

    /** Returns the same page of a list that has more items. */
    public Page<T> withMore() {
        return new Page<>(data, true, nextCursor);
    }

    /** Returns the same page with the cursor of the next one. */
    public Page<T> withNextCursor(String nextCursor) {
        return new Page<>(data, hasMore, Objects.requireNonNull(nextCursor, "nextCursor must not be null."));
    }

    /** Returns the items, in the order of the list. */
    public List<T> data() {
        return data;
    }

    /** Returns true if there are more. */
    public boolean hasMore() {
        return hasMore;
    }

    /** Returns the cursor of the next page; empty on the last one. */
    public Optional<String> nextCursor() {
        return Optional.ofNullable(nextCursor);
    }

    /** Makes a page for Jackson, which knows the type of the items. */
    @JsonCreator
    private static <T> Page<T> of(
            @JsonProperty(value = "data", required = true) List<T> data,
            @JsonProperty(value = "hasMore", required = true) boolean hasMore,
            @JsonProperty("nextCursor") @Nullable String nextCursor) {
        return new Page<>(data, hasMore, nextCursor);
    }

    @Override
    public Json json() {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        members.put("data", data);
        members.put("hasMore", hasMore);
        members.put("nextCursor", nextCursor);
        return Json.of(members);
    }

    private List<Object> parts() {
        return List.of(data, hasMore, nextCursor());
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Page<?> page && page.parts().equals(parts());
    }

    @Override
    public int hashCode() {
        return parts().hashCode();
    }

    @Override
    public String toString() {
        return "Page" + parts();
    }
}
