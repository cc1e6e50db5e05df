package dev.plinth.engine.api;

import java.time.Instant;

/**
 * How a lease stands.
 *
 * @param expiresAt when it lapses
 * @param cancelRequested true if somebody has asked for the end of the job
 */
public record Lease(Instant expiresAt, boolean cancelRequested) {}
