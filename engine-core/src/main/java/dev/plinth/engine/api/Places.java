package dev.plinth.engine.api;

/**
 * How much work of the engine may be under way at once in this process. A {@link Plan} says how much of it one workspace
 * may have. Immutable.
 *
 * @param jobs handlers of jobs, 1 to 10,000
 * @param deliveries webhook attempts, 1 to 65,536. The heap takes one for each 128 KiB at most
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

    /** Returns the same places with others for jobs. */
    public Places withJobs(int number) {
        return new Places(number, deliveries, deliveriesPerEndpoint);
    }

    /** Returns the same places with others for webhook attempts, in all and at one endpoint. */
    public Places withDeliveries(int inAll, int perEndpoint) {
        return new Places(jobs, inAll, perEndpoint);
    }
}
