package dev.plinth.engine.internal.quota;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.rows.RowReader;
import dev.plinth.engine.internal.base.rows.RowWriter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The used units of a workspace at a moment, as they are stored. Units and not times, because the plan may be another
 * one when they are read.
 *
 * @param atMillis the moment in epoch milliseconds
 * @param milliUnits used units of the plan's own limit, in thousandths, up to its burst
 * @param owedMilliUnits the units beyond that burst, by which the bucket is below zero, in thousandths
 * @param others the used units of the further policies
 */
record QuotaCheckpoint(long atMillis, long milliUnits, long owedMilliUnits, List<OfPolicy> others) {
    private static final int VERSION = 2;
    /** The first version that has the owed units. */
    private static final int WITH_OWED_UNITS = 2;

    private static final int MILLI = 1000;

    /**
     * The used units of a further policy.
     *
     * @param policy the policy's name
     * @param key the key that used them; null if the workspace did
     */
    record OfPolicy(String policy, @Nullable Id key, long milliUnits) {}

    /** Returns the units of a debt in thousandths, rounded up. */
    static long milliUnits(GcraRate rate, long debtNanos) {
        return (long) Math.ceil(debtNanos * (double) MILLI / rate.nanosPerUnit());
    }

    /**
     * Returns the debt that is left after some time. Used units above a smaller new burst are cut to it, and so are owed
     * units.
     */
    long debt(GcraRate rate, long elapsedNanos) {
        return Math.max(0, nanos(rate, milliUnits) + nanos(rate, owedMilliUnits) - Math.max(0, elapsedNanos));
    }

    /** Returns the debt that is left of the used units of a further policy after some time. */
    static long debt(GcraRate rate, long milliUnits, long elapsedNanos) {
        return Math.max(0, nanos(rate, milliUnits) - Math.max(0, elapsedNanos));
    }

    /** Returns the debt of units, cut to the burst of the rate. */
    private static long nanos(GcraRate rate, long milliUnits) {
        return Math.min(Math.round(milliUnits * (double) rate.nanosPerUnit() / MILLI), rate.burstNanos());
    }

    /** Returns true if nothing was used. */
    boolean isNothing() {
        return milliUnits == 0 && others.isEmpty();
    }

    static QuotaCheckpoint read(byte[] row) {
        RowReader in = new RowReader(row, VERSION);
        long atMillis = in.number();
        long milliUnits = in.number();
        long owed = in.version() < WITH_OWED_UNITS ? 0 : in.number();
        int count = in.small();
        List<OfPolicy> others = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            others.add(new OfPolicy(in.text(), in.optionalId(IdKind.KEY), in.number()));
        }
        return new QuotaCheckpoint(atMillis, milliUnits, owed, others);
    }

    byte[] row() {
        RowWriter out = new RowWriter(VERSION)
                .number(atMillis)
                .number(milliUnits)
                .number(owedMilliUnits)
                .small(others.size());
        for (OfPolicy other : others) {
            out.text(other.policy).optionalId(other.key).number(other.milliUnits);
        }
        return out.row();
    }
}
