package dev.plinth.engine.settings;

/**
 * The limits of work in flight at once in this process, over all workspaces. A {@link Plan} has those of one workspace.
 * Immutable.
 *
 * @param jobs handlers of jobs, 1 to 10,000
 * @param deliveries webhook attempts, 1 to 65,536, and at most one for each 128 KiB of the heap
 * @param deliveriesPerEndpoint webhook attempts at one endpoint, 1 to 10,000. An endpoint begins with four, and gets one
 *     more with each quick success
 */
public record Places(int jobs, int deliveries, int deliveriesPerEndpoint) {
    /** 80 jobs and 4,096 deliveries. */
    public static final Places DEFAULT = new Places(
            (int) EngineSetting.JOBS_RUNNING.byDefault(), (int) EngineSetting.DELIVERIES_RUNNING.byDefault(), (int)
                    EngineSetting.DELIVERIES_RUNNING_PER_ENDPOINT.byDefault());

    /**
     * Checks the limits of each number.
     *
     * @throws IllegalArgumentException if a number is out of its limits
     */
    public Places {
        jobs = (int) EngineSetting.JOBS_RUNNING.checked(jobs);
        deliveries = (int) EngineSetting.DELIVERIES_RUNNING.checked(deliveries);
        deliveriesPerEndpoint = (int) EngineSetting.DELIVERIES_RUNNING_PER_ENDPOINT.checked(deliveriesPerEndpoint);
    }

    /** Returns a copy with so many places for jobs. */
    public Places withJobs(int number) {
        return new Places(number, deliveries, deliveriesPerEndpoint);
    }

    /** Returns a copy with so many places for webhook attempts, in all and at one endpoint. */
    public Places withDeliveries(int inAll, int perEndpoint) {
        return new Places(jobs, inAll, perEndpoint);
    }
}
