package dev.plinth.engine.http.hostile;

/**
 * A workspace.
 *
 * @param key the secret of a key with every scope
 */
record Tenant(String id, String key) {}
