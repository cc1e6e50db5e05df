package dev.plinth.engine;

import java.util.Map;

/** The units that a workspace has used, counted by the nanoseconds that their refill takes (contract §4). */
final class ModelQuota {
    static final Map<String, Integer> QUOTAS = Map.of("tiny", 6, "starter", 60, "pro", 600, "business", 6000);

    private static final long WINDOW_NANOS = 60_000_000_000L;
    private static final long MILLI = 1_000_000L;
    private static final long SECOND = 1_000_000_000L;

    private String plan = "";
    private long usedNanos;
    private long atMillis;
    private boolean live;

    /** Takes units of a plan; false if they are not there. */
    boolean take(String now, long nowMillis, int units) {
        settle(now, nowMillis);
        long more = units * unit();
        if (usedNanos + more > WINDOW_NANOS) {
            return false;
        }
        usedNanos += more;
        return true;
    }

    /** Lets time pass, and then counts by another plan if it is another one; the other way round where a restart came between. */
    void settle(String now, long nowMillis) {
        if (!live) {
            convert(now);
        }
        pass(nowMillis);
        convert(now);
        live = true;
    }

    /** Counts by another plan from now on, unless nobody has asked since a restart. */
    void change(String now, long nowMillis) {
        if (live) {
            settle(now, nowMillis);
        }
    }

    /** A clean restart keeps thousandths of units, and does not say of which plan. */
    void restart(long nowMillis) {
        if (live) {
            pass(nowMillis);
            long thousandth = unit() / 1000;
            usedNanos = (usedNanos + thousandth - 1) / thousandth * thousandth;
        }
        live = false;
    }

    private void pass(long nowMillis) {
        usedNanos = Math.max(0, usedNanos - (nowMillis - atMillis) * MILLI);
        atMillis = nowMillis;
    }

    private void convert(String now) {
        if (!plan.isEmpty() && !plan.equals(now)) {
            // Quotas are powers of ten apart, so this is exact.
            long next = WINDOW_NANOS / QUOTAS.get(now);
            long same = next > unit() ? usedNanos * (next / unit()) : usedNanos / (unit() / next);
            usedNanos = Math.min(WINDOW_NANOS, same);
        }
        plan = now;
    }

    void fill() {
        usedNanos = 0;
    }

    long left() {
        return (WINDOW_NANOS - usedNanos) / unit();
    }

    /** Seconds until one more is there. */
    long nextSeconds() {
        return usedNanos == 0 ? 0 : ceilSeconds((usedNanos - 1) % unit() + 1);
    }

    /** Seconds until one can be taken. */
    long waitSeconds() {
        return Math.max(1, ceilSeconds(usedNanos + unit() - WINDOW_NANOS));
    }

    String header() {
        return "\"" + plan + "\";r=" + left() + ";t=" + nextSeconds();
    }

    private long unit() {
        return WINDOW_NANOS / QUOTAS.get(plan);
    }

    private static long ceilSeconds(long nanos) {
        return (nanos + SECOND - 1) / SECOND;
    }
}
