package dev.plinth.engine.http;

/**
 * The limits that all exchanges of a server share, so that one caller cannot exhaust it.
 *
 * @param headers bytes of the headers of incomplete requests, beyond the first {@link FramingLimits#HEADER_BYTES_FREE}
 *     of each
 * @param bodies bytes of bodies that are being read or worked on
 * @param values bytes of the JSON values that the engine makes of bodies
 * @param answers bytes of answers that the sockets have not taken
 * @param streams answers that come in parts
 * @param addresses connections and failed credentials of each address
 */
record Bounds(
        ByteBudget headers,
        ByteBudget bodies,
        ByteBudget values,
        ByteBudget answers,
        Streams streams,
        Addresses addresses) {
    private static final int PART_OF_THE_HEAP = 8;
    private static final int WORKSPACE_PART = 8;
    private static final long PROCESS_BYTES_MIN = 8L * 1024 * 1024;
    /** Bytes for a workspace: one body of a bulk call, or some pages, with room to grow beside it. */
    private static final long WORKSPACE_BYTES_MIN = 6L * 1024 * 1024;

    private static final long FIRST_BODY_BYTES_MAX = 64L * 1024;
    private static final long FIRST_VALUES_BYTES_MAX = 1024L * 1024;
    /**
     * How many times a body's bytes its JSON values usually take. The real factor is below that; only a hostile body
     * takes 36 times as much.
     */
    private static final int VALUES_PER_BODY = 2;

    /** Returns the limits for a heap. */
    static Bounds of(long heapBytes, Addresses addresses) {
        long process = Math.max(PROCESS_BYTES_MIN, heapBytes / PART_OF_THE_HEAP);
        long workspace = Math.max(WORKSPACE_BYTES_MIN, process / WORKSPACE_PART);
        ByteBudget answers = new ByteBudget("answers", process, workspace, workspace);
        return new Bounds(
                new ByteBudget("headers", process / 2, process / 2, 0),
                new ByteBudget("bodies", process, workspace, FIRST_BODY_BYTES_MAX),
                new ByteBudget(
                        "values in bodies",
                        VALUES_PER_BODY * process,
                        VALUES_PER_BODY * workspace,
                        FIRST_VALUES_BYTES_MAX),
                answers,
                new Streams(answers),
                addresses);
    }
}
