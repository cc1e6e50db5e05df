package dev.plinth.engine.internal.node;

import dev.plinth.engine.internal.base.RandomIds;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Numbers the calls that this process forwards, and remembers which numbers of other processes have come. A process has a
 * random name, so a restart begins a new series.
 *
 * <p>Each series has a window of {@value #WINDOW} numbers. A number before it counts as one that has come, and the node
 * that has sent it tries again with a new one. So memory is bounded at any rate of calls. Thread-safe.
 */
final class CallNonces {
    /** Numbers of a series of which each is remembered. */
    static final int WINDOW = 1 << 18;

    /** Series that are remembered at once. */
    static final int SERIES_MAX = 64;

    /** After this silence no proof of a series is in time, so that another series may take its place. */
    private static final long SILENCE_NANOS = TimeUnit.MINUTES.toNanos(2);

    private static final int NAME_BYTES = 16;
    private static final char MARK = '.';

    private final String name = randomName();
    private final AtomicLong last = new AtomicLong();
    private final Map<String, Series> series = new HashMap<>();

    private static String randomName() {
        byte[] bytes = new byte[NAME_BYTES];
        new RandomIds().fillSecret(bytes); // nodes with one seed must not have one name
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** Returns a nonce that no other call has. */
    String next() {
        return name + MARK + last.incrementAndGet();
    }

    /** Returns true if this nonce of a node has not come before, and remembers it. */
    boolean isFirst(String node, String nonce, long nowNanos) {
        int mark = nonce.lastIndexOf(MARK);
        Series known = of(node + MARK + nonce.substring(0, Math.max(0, mark)), nowNanos);
        return known != null && known.isFirst(Long.parseLong(nonce, mark + 1, nonce.length(), 10), nowNanos);
    }

    /** Returns a series, or null if there is no room for a new one. */
    private synchronized @Nullable Series of(String key, long nowNanos) {
        Series known = series.get(key);
        if (known != null) {
            return known;
        }
        if (series.size() == SERIES_MAX) {
            series.values().removeIf(each -> each.isSilent(nowNanos));
        }
        if (series.size() == SERIES_MAX) {
            return null;
        }
        Series made = new Series(nowNanos);
        series.put(key, made);
        return made;
    }

    /** The numbers of a process that have come. */
    private static final class Series {
        private final long[] bits = new long[WINDOW / Long.SIZE];
        private long highest;
        private long heardNanos;

        Series(long nowNanos) {
            this.heardNanos = nowNanos;
        }

        synchronized boolean isSilent(long nowNanos) {
            return nowNanos - heardNanos > SILENCE_NANOS;
        }

        synchronized boolean isFirst(long number, long nowNanos) {
            if (number <= highest - WINDOW) {
                return false;
            }
            heardNanos = nowNanos;
            advance(number);
            int at = (int) (number % WINDOW);
            long bit = 1L << at;
            boolean isFirst = (bits[at / Long.SIZE] & bit) == 0;
            bits[at / Long.SIZE] |= bit;
            return isFirst;
        }

        /** Forgets the numbers that leave the window. */
        private void advance(long number) {
            long from = Math.max(highest, number - WINDOW);
            for (long each = from + 1; each <= number; each++) {
                int at = (int) (each % WINDOW);
                bits[at / Long.SIZE] &= ~(1L << at);
            }
            highest = Math.max(highest, number);
        }
    }
}
