package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** The rights of a restricted API key. Write includes read. */
public enum Scope {
    // Rows of keys have the ordinals. Each read has an even one, directly before its write, and new scopes go behind
    // the others, before UNKNOWN.

    /** Reads resources, children and shares. */
    @JsonProperty("resources:read")
    RESOURCES_READ,
    /** Changes resources, children and shares, and runs operations. */
    @JsonProperty("resources:write")
    RESOURCES_WRITE,
    /** Reads jobs. */
    @JsonProperty("jobs:read")
    JOBS_READ,
    /** Starts, leases and ends jobs. */
    @JsonProperty("jobs:write")
    JOBS_WRITE,
    /** Reads events. */
    @JsonProperty("events:read")
    EVENTS_READ,
    /** Publishes events. */
    @JsonProperty("events:write")
    EVENTS_WRITE,
    /** Reads webhook endpoints and deliveries. */
    @JsonProperty("webhooks:read")
    WEBHOOKS_READ,
    /** Changes webhook endpoints, and sends deliveries again. */
    @JsonProperty("webhooks:write")
    WEBHOOKS_WRITE,
    /** Reads API keys. */
    @JsonProperty("keys:read")
    KEYS_READ,
    /** Makes and changes API keys. */
    @JsonProperty("keys:write")
    KEYS_WRITE,
    /** Reads the request log. */
    @JsonProperty("requests:read")
    REQUESTS_READ,
    /** Stands for a word of a newer server, which this release does not know. */
    @JsonProperty("unknown")
    UNKNOWN;

    private final String wireName = name().toLowerCase(Locale.ROOT).replace('_', ':');

    /** Returns the word of the wire, such as {@code resources:read}. */
    public String wireName() {
        return wireName;
    }

    /** Returns the words of a restricted key's scopes, in the order of the constants. Refuses none. */
    static List<String> wireNames(Scope... scopes) {
        Objects.requireNonNull(scopes, "scopes must not be null.");
        if (scopes.length == 0) {
            throw new IllegalArgumentException("A restricted key must have a scope or more, got none. Name some.");
        }
        return EnumSet.copyOf(List.of(scopes)).stream().map(Scope::wireName).toList();
    }

    /** Returns the scope of a word in an answer. */
    static Scope read(String word) {
        for (Scope scope : values()) {
            if (scope.wireName.equals(word)) {
                return scope;
            }
        }
        return UNKNOWN;
    }

    /**
     * Returns the scope with a name on the wire, such as {@code resources:read}.
     *
     * @throws IllegalArgumentException if this release knows no scope of this name
     */
    public static Scope of(String wireName) {
        Objects.requireNonNull(wireName, "wireName must not be null.");
        Scope scope = read(wireName);
        if (scope != UNKNOWN) {
            return scope;
        }
        throw new IllegalArgumentException("A scope must be a name such as resources:read, got " + wireName + ".");
    }
}
