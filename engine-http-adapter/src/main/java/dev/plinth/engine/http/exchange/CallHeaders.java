package dev.plinth.engine.http.exchange;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.http.call.ForwardedHeaders;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.jspecify.annotations.Nullable;

/**
 * The headers of a call by lower-case name, in the order in which they came. One array suffices for the few of most calls.
 * Immutable once made.
 */
final class CallHeaders extends AbstractMap<String, String> {
    /** Headers up to which a look-up compares each name. More would take time that grows with their square. */
    private static final int FEW_MAX = 16;

    private static final String IDEMPOTENCY_KEY = "idempotency-key";

    private final String[] namesAndValues;
    private int size;

    private CallHeaders(int most) {
        namesAndValues = new String[2 * most];
    }

    /** Returns the headers of a request. Joins the values of a repeated one, and leaves out the mark of a node. */
    static Map<String, String> of(HttpFields fields) {
        if (fields.size() > FEW_MAX) {
            return many(fields);
        }
        CallHeaders few = new CallHeaders(fields.size());
        for (HttpField field : fields) {
            if (isTaken(field)) {
                few.add(field.getLowerCaseName(), value(field));
            }
        }
        return few;
    }

    private static Map<String, String> many(HttpFields fields) {
        Map<String, String> many = new LinkedHashMap<>();
        for (HttpField field : fields) {
            if (isTaken(field)) {
                String name = field.getLowerCaseName();
                many.merge(name, value(field), (before, next) -> joined(name, before, next));
            }
        }
        return many;
    }

    private static boolean isTaken(HttpField field) {
        return !field.is(ForwardedHeaders.FORWARDED); // any client can send it
    }

    private static String value(HttpField field) {
        return field.getValue() == null ? "" : field.getValue();
    }

    private static String joined(String name, String before, String next) {
        return name.equals(IDEMPOTENCY_KEY) ? before + Call.REPEATED + next : before + ", " + next;
    }

    private void add(String name, String value) {
        int at = indexOf(name);
        if (at < 0) {
            namesAndValues[2 * size] = name;
            namesAndValues[2 * size + 1] = value;
            size++;
        } else {
            namesAndValues[at + 1] = joined(name, namesAndValues[at + 1], value);
        }
    }

    /** Returns the index of a name in the array, or -1. */
    private int indexOf(@Nullable Object name) {
        for (int i = 0; i < 2 * size; i += 2) {
            if (namesAndValues[i].equals(name)) {
                return i;
            }
        }
        return -1;
    }

    @Override
    public @Nullable String get(@Nullable Object name) {
        int at = indexOf(name);
        return at < 0 ? null : namesAndValues[at + 1];
    }

    @Override
    public boolean containsKey(@Nullable Object name) {
        return indexOf(name) >= 0;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public Set<Map.Entry<String, String>> entrySet() {
        return new AbstractSet<>() {
            @Override
            public Iterator<Map.Entry<String, String>> iterator() {
                return new Entries();
            }

            @Override
            public int size() {
                return size;
            }
        };
    }

    private final class Entries implements Iterator<Map.Entry<String, String>> {
        private int next;

        @Override
        public boolean hasNext() {
            return next < size;
        }

        @Override
        public Map.Entry<String, String> next() {
            if (next == size) {
                throw new NoSuchElementException();
            }
            int at = 2 * next++;
            return Map.entry(namesAndValues[at], namesAndValues[at + 1]);
        }
    }
}
