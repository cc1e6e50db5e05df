package dev.plinth.engine.internal.base;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;

/** A map of a few entries that have indexes from 0, in their order. Not thread-safe. */
public abstract class IndexedMap<V> extends AbstractMap<String, V> {
    /** Returns the entry at an index, from 0 to the size - 1. */
    protected abstract Map.Entry<String, V> entry(int index);

    @Override
    public abstract int size();

    @Override
    public final Set<Map.Entry<String, V>> entrySet() {
        return new AbstractSet<>() {
            @Override
            public Iterator<Map.Entry<String, V>> iterator() {
                return new Entries();
            }

            @Override
            public int size() {
                return IndexedMap.this.size();
            }
        };
    }

    private final class Entries implements Iterator<Map.Entry<String, V>> {
        private int next;

        @Override
        public boolean hasNext() {
            return next < size();
        }

        @Override
        public Map.Entry<String, V> next() {
            if (next == size()) {
                throw new NoSuchElementException();
            }
            return entry(next++);
        }
    }
}
