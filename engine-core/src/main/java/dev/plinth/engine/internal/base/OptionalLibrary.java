package dev.plinth.engine.internal.base;

/**
 * A library that the engine needs for one feature only, so that a host without the feature can do without the library.
 *
 * <p>The class names are those of the reactor; publishing moves the relocated ones, in this class as everywhere.
 */
public enum OptionalLibrary {
    /** Chronicle Map, for rows outside the heap. */
    OFF_HEAP("net.openhft.chronicle.map.ChronicleMap", "Off-heap tables need", "engine-off-heap", "or use heap tables"),
    /** The JSON Schema validator, for types of resources and children. */
    SCHEMA_VALIDATOR(
            "com.networknt.schema.SchemaRegistry",
            "A type with a JSON Schema needs",
            "engine-schema-validator",
            "or register no types"),
    /** The HTTP client, for webhooks. */
    WEBHOOK_CLIENT(
            "org.apache.hc.core5.reactor.DefaultConnectingIOReactor",
            "Webhooks need",
            "engine-webhook-client",
            "or delete the endpoints");

    private final String className;
    private final String need;
    private final String artifact;
    private final String otherwise;

    OptionalLibrary(String className, String need, String artifact, String otherwise) {
        this.className = className;
        this.need = need;
        this.artifact = artifact;
        this.otherwise = otherwise;
    }

    /**
     * Refuses to go on without the library; finds it without loading it.
     *
     * @throws IllegalStateException if it is not on the class path; one sentence names the artifact to add
     */
    public void require() {
        try {
            Class<?> unused = Class.forName(className, false, OptionalLibrary.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(need + " dev.plinth:" + artifact
                    + ", which is not on the class path; add that dependency in the version of engine-core, "
                    + otherwise + ".");
        }
    }
}
