package dev.plinth.engine.api;

/**
 * The changes that code of the host asks for. The engine commits them in one record with the outcome of that code.
 * An outcome is the result of an operation, the end of a job, the position of a listener, or a unit of work. Either all
 * of them happen or none.
 *
 * <p>Nothing is changed while they are recorded, and reads do not show them. If the code throws, none of them happens.
 * They are decided in the order in which they were recorded, and each sees those before it. If one of them is refused,
 * all are. They take no rate-limit units, and the limits of the workspace's plan hold.
 *
 * <p>An object made by an effect has its id at once, so that a result or a later effect can name it.
 *
 * <p>Up to 100 effects can be recorded, and they have to fit into one record of 6 MiB. Every method throws
 * {@link IllegalStateException} beyond that, or once the code has ended. It throws {@link IllegalArgumentException} if
 * an event or a job breaks a rule. Content that breaks a rule is refused at the commit, with all errors. Thread-safe.
 */
public interface Effects {
    /**
     * Creates a resource.
     *
     * @return its id, {@code res_…}
     */
    String create(NewResource resource);

    /** Changes the name, data or metadata of a resource. */
    void patch(String resourceId, ResourceChange change);

    /** Pauses a resource. */
    void pause(String resourceId);

    /** Makes a paused resource active again. */
    void resume(String resourceId);

    /** Archives a resource. */
    void archive(String resourceId);

    /** Makes an archived resource active again. */
    void unarchive(String resourceId);

    /** Deletes an archived resource with its children. */
    void delete(String resourceId);

    /**
     * Creates a child of a resource.
     *
     * @return its id, {@code sub_…}
     */
    String createChild(String resourceId, NewResource child);

    /** Changes the name, data or metadata of a child. */
    void patchChild(String resourceId, String childId, ResourceChange change);

    /** Deletes a child. */
    void deleteChild(String resourceId, String childId);

    /**
     * Publishes an event of the host's own type.
     *
     * @param type what happened, in the past tense, such as {@code payment.processed}
     * @param data an object
     */
    void publish(String type, Json data);

    /** Publishes an event of the host's own type. */
    void publish(NewEvent event);

    /**
     * Starts a job.
     *
     * @param input an object
     * @return its id, {@code job_…}
     */
    String startJob(String type, Json input);

    /**
     * Starts a job.
     *
     * @return its id, {@code job_…}; no job has it if another one with the same unique key has not ended
     */
    String startJob(NewJob job);

    /** Cancels a job that has not begun, or asks a running one to end. */
    void cancelJob(String jobId);

    /**
     * Refuses all effects with {@code precondition_failed} unless a resource has this version before them.
     *
     * @param version the version, from 1; 0 if there must be no such resource
     */
    void require(String resourceId, long version);
}
