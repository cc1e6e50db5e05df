package dev.plinth.engine.internal.store.log;

/**
 * Decides whether a record is the next one of a log. It is the only rule by which a record gets from a log into the
 * tables. Recovery, verification and nodes that read a shared log ask it before anything else looks at the record.
 *
 * <p>A record is admitted if all of this holds:
 * <ol>
 * <li>Its version is known and its CRC fits its bytes.
 * <li>It belongs to the cell of the log.
 * <li>Its epoch is not older than that of the record before it.
 * <li>Its sequence is the next one.
 * <li>It carries the CRC of the record before it.
 * </ol>
 *
 * <p>The epoch comes before sequence and chain. A record that an earlier reign has appended after its end is then known
 * as such, wherever it is. Pure.
 *
 * @param verdict the decision
 * @param why the reason in the middle of a sentence, about the record as "it"; empty if it is admitted
 */
record RecordAdmission(Verdict verdict, String why) {
    private static final RecordAdmission ADMITTED = new RecordAdmission(Verdict.ADMITTED, "");

    /** The decision on a record. */
    enum Verdict {
        /** The record is the next one. */
        ADMITTED,

        /** A reign that has ended has appended the record too late. A shared log may have such records between others. */
        STALE,

        /** The record is damaged, misplaced or of another log. Reading has to stop. */
        MISFIT
    }

    /**
     * Decides on a record.
     *
     * @param last the last admitted record
     * @param bytes the record as the codec wrote it
     * @throws IllegalStateException if its version is unknown
     */
    static RecordAdmission of(LogPosition last, byte[] bytes) {
        String damage = RecordCodec.damage(bytes);
        if (damage != null) {
            return misfit(damage);
        }
        RecordCodec.Head head = RecordCodec.head(bytes);
        if (head.cell() != last.cell()) {
            return misfit("it is of cell " + head.cell() + " and not of cell " + last.cell());
        }
        if (head.epoch() < last.epoch()) {
            return new RecordAdmission(
                    Verdict.STALE, "it is of epoch " + head.epoch() + ", and epoch " + last.epoch() + " has begun");
        }
        if (head.sequence() != last.sequence() + 1) {
            return misfit("it is number " + head.sequence());
        }
        return RecordCodec.crcBefore(bytes) == last.crc()
                ? ADMITTED
                : misfit("it does not follow the record before it");
    }

    /** Returns true if the record is the next one. */
    boolean isAdmitted() {
        return verdict == Verdict.ADMITTED;
    }

    private static RecordAdmission misfit(String why) {
        return new RecordAdmission(Verdict.MISFIT, why);
    }
}
