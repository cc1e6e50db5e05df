package dev.plinth.engine.internal.timer;

/** The numbers of the kinds of work in the due index. Its members have them, so no two kinds may share one. */
public final class DueKinds {
    /** Jobs that wait for a time. */
    public static final int JOBS = 1;
    /** Deliveries that wait for a time. */
    public static final int DELIVERIES = 2;
    /** Finished jobs, since their end. */
    public static final int FINISHED_JOBS = 3;
    /** Settled deliveries, since their end. */
    public static final int SETTLED_DELIVERIES = 4;
    /** Types of leased jobs, since their last lease. */
    public static final int LEASED_TYPES = 5;
    /** Revoked keys, since their revocation. */
    public static final int REVOKED_KEYS = 6;

    private DueKinds() {}
}
