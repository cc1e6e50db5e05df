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
 *
 * @param data the items, in the order of the list
 * @param hasMore true if there are more
 * @param nextCursor the cursor of the next page; empty on the last one
 */
public record Page<T>(List<T> data, boolean hasMore, Optional<String> nextCursor) implements WireValue {
    /** Refuses null. Copies the items. */
    public Page {
        Objects.requireNonNull(data, "data must not be null.");
        Objects.requireNonNull(nextCursor, "nextCursor must not be null.");
        data = List.copyOf(data);
    }

    /** Makes a page for Jackson, which knows the type of the items. */
    @JsonCreator
    private static <T> Page<T> of(
            @JsonProperty(value = "data", required = true) List<T> data,
            @JsonProperty(value = "hasMore", required = true) boolean hasMore,
            @JsonProperty("nextCursor") @Nullable String nextCursor) {
        return new Page<>(data, hasMore, Optional.ofNullable(nextCursor));
    }

    @Override
    public Json json() {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        members.put("data", data);
        members.put("hasMore", hasMore);
        members.put("nextCursor", nextCursor.orElse(null));
        return Json.of(members);
    }
}
