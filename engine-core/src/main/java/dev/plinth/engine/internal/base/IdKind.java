package dev.plinth.engine.internal.base;

/** The kinds of things that have an id, each with the prefix that the wire shows. */
public enum IdKind {
    WORKSPACE("ws"),
    KEY("key"),
    RESOURCE("res"),
    CHILD("sub"),
    SHARE("shr"),
    JOB("job"),
    EVENT("evt"),
    ENDPOINT("we"),
    DELIVERY("dlv"),
    REQUEST("req"),
    LEASE("lt");

    private final String prefix;
    private final String start;

    IdKind(String prefix) {
        this.prefix = prefix;
        this.start = prefix + "_";
    }

    /** The prefix without the underscore. */
    public String prefix() {
        return prefix;
    }

    /** The prefix with the underscore. */
    String start() {
        return start;
    }
}
