package dev.plinth.engine.api;

/** The readers of a group of routes, so that an adapter can serve each group at its own address. */
public enum Audience {
    /** Tenants: all routes below {@code /v1}, {@code /} and {@code /openapi.json}. */
    TENANT,
    /** The operator: all routes below {@code /admin/v1}, and {@code /metrics}. */
    OPERATOR,
    /** Load balancers and supervisors: all routes below {@code /health}. */
    PROBE
}
