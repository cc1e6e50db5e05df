package dev.plinth.engine.api;

/**
 * How the bucket of a workspace stands.
 *
 * @param plan the name of the plan
 * @param limit requests per window
 * @param windowSeconds the window in seconds
 * @param remaining requests that are left
 * @param resetSeconds seconds until one more is there; 0 if the bucket is full
 */
public record RateLimit(String plan, long limit, long windowSeconds, long remaining, long resetSeconds) {}
