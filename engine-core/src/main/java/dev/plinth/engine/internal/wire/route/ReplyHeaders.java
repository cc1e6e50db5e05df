package dev.plinth.engine.internal.wire.route;

import dev.plinth.engine.internal.base.IndexedMap;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The headers of a reply in the order in which they are sent. One array suffices for a dozen. */
final class ReplyHeaders extends IndexedMap<String> {
    private static final int HEADERS_AT_FIRST = 9;

    private String[] namesAndValues = new String[2 * HEADERS_AT_FIRST];
    private int size;

    /** Adds a header with a new name. */
    void add(String name, String value) {
        if (2 * size == namesAndValues.length) {
            namesAndValues = Arrays.copyOf(namesAndValues, 4 * size);
        }
        namesAndValues[2 * size] = name;
        namesAndValues[2 * size + 1] = value;
        size++;
    }

    @Override
    public @Nullable String get(@Nullable Object name) {
        for (int i = 0; i < 2 * size; i += 2) {
            if (namesAndValues[i].equals(name)) {
                return namesAndValues[i + 1];
            }
        }
        return null;
    }

    @Override
    public boolean containsKey(@Nullable Object name) {
        return get(name) != null;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    protected Map.Entry<String, String> entry(int index) {
        return Map.entry(namesAndValues[2 * index], namesAndValues[2 * index + 1]);
    }
}
