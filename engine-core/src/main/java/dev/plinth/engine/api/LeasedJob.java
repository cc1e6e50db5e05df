package dev.plinth.engine.api;

import java.time.Instant;

/**
 * A job under a lease: its worker has to end it, or to prolong the lease, before it lapses.
 *
 * @param job the job, which is running
 * @param input what it is to work on
 * @param leaseToken what the worker shows with everything that it says of the job
 * @param leaseExpiresAt when the lease lapses and the job goes back to the queue
 */
public record LeasedJob(Job job, Json input, String leaseToken, Instant leaseExpiresAt) {}
