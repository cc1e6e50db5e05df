package dev.plinth.engine;

/** The choice of tests that cannot wait until a log is long, in a JVM of the test's own or a child of it. */
public final class FrequentSnapshots {
    private FrequentSnapshots() {}

    /** Lets a node write a snapshot after so many bytes of a shared log. */
    public static EngineBuilder each(EngineBuilder builder, long bytes) {
        return builder.bytesPerLogSnapshot(bytes);
    }
}
