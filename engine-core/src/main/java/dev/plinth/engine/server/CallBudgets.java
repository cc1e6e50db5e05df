package dev.plinth.engine.server;

import java.util.Objects;

/**
 * The memory that calls of a server may take, so that no caller exhausts it. An adapter counts each call under
 * {@link Admission#payer}. Thread-safe.
 *
 * @param bodies bytes of bodies that are being read or worked on
 * @param values bytes of the JSON values that the engine makes of bodies
 * @param answers bytes of answers that the sockets have not taken
 * @param streams the open streams
 */
public record CallBudgets(ByteBudget bodies, ByteBudget values, ByteBudget answers, StreamPlaces streams) {
    private static final int PART_OF_THE_HEAP = 8;
    private static final int WORKSPACE_PART = 8;
    private static final long PROCESS_BYTES_MIN = 8L * 1024 * 1024;
    /** Bytes for a workspace: one body of a bulk call, or some pages, with room to grow beside it. */
    private static final long WORKSPACE_BYTES_MIN = 6L * 1024 * 1024;

    private static final long FIRST_BODY_BYTES_MAX = 64L * 1024;
    private static final long FIRST_VALUES_BYTES_MAX = 1024L * 1024;
    /**
     * Bytes of JSON values for each byte of a body. Usual bodies need less. A hostile body may need 36.
     */
    private static final int VALUES_PER_BODY = 2;

    /** Refuses null. */
    public CallBudgets {
        Objects.requireNonNull(bodies, "bodies must not be null.");
        Objects.requireNonNull(values, "values must not be null.");
        Objects.requireNonNull(answers, "answers must not be null.");
        Objects.requireNonNull(streams, "streams must not be null.");
    }

    /** Makes budgets with streams of their own. */
    public CallBudgets(ByteBudget bodies, ByteBudget values, ByteBudget answers) {
        this(bodies, values, answers, new StreamPlaces());
    }

    /**
     * Returns the budgets for a heap: an eighth of it in each direction, and an eighth of that for a workspace.
     *
     * @param heapBytes the most bytes that the heap may have
     */
    public static CallBudgets of(long heapBytes) {
        long process = processBytes(heapBytes);
        long workspace = Math.max(WORKSPACE_BYTES_MIN, process / WORKSPACE_PART);
        return new CallBudgets(
                new ByteBudget("bodies", process, workspace, FIRST_BODY_BYTES_MAX),
                new ByteBudget(
                        "values in bodies",
                        VALUES_PER_BODY * process,
                        VALUES_PER_BODY * workspace,
                        FIRST_VALUES_BYTES_MAX),
                new ByteBudget("answers", process, workspace, workspace));
    }

    /** Returns the bytes of all workspaces in one direction, for a heap of so many bytes. */
    public static long processBytes(long heapBytes) {
        return Math.max(PROCESS_BYTES_MIN, heapBytes / PART_OF_THE_HEAP);
    }
}
