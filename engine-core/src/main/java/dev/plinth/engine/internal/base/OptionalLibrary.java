package dev.plinth.engine.internal.base;

/**
 * A library that only one feature of the engine needs, so that a host without the feature can leave the library out.
 *
 * <p>The class names are those before relocation. The build that relocates the libraries also changes the names in this
 * class.
 */
public enum OptionalLibrary {
    /** Chronicle Map with the class that it would otherwise compile, for rows outside the heap. */
    OFF_HEAP(
            "net.openhft.chronicle.hash.VanillaGlobalMutableState$$Native",
            "Off-heap tables need",
            "engine-off-heap",
            "or use heap tables"),
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
     * Checks that the library is on the class path, without loading it.
     *
     * @throws IllegalStateException if it is not; one sentence names the artifact to add
     */
    public void require() {
        try {
            Class<?> unused = Class.forName(className, false, OptionalLibrary.class.getClassLoader());
        } catch (ClassNotFoundException | LinkageError e) {
            throw new IllegalStateException(need + " dev.plinth:" + artifact
                    + ", which is not on the class path; add that dependency in the version of engine-core, "
                    + otherwise + ".");
        }
    }
}
