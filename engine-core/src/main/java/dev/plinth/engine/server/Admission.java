package dev.plinth.engine.server;

import dev.plinth.engine.api.Reply;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongPredicate;

/**
 * The decision on a call by its headers, before its body is read. Made by {@link CallDoor#admit}.
 *
 * <p>An admitted call has taken its rate-limit units. The engine checks key and workspace again when the call is
 * submitted. For one thread at a time; a call is submitted once.
 */
public interface Admission {
    /**
     * Returns true if the call is refused, whatever its body is. The adapter then submits it without a body, to get the
     * refusal.
     */
    boolean isRefused();

    /**
     * Returns the name under which an adapter counts the memory of the call: the workspace, {@code ws_…}, or
     * {@code operator}. Empty for a call that needs no credential, and for a call without a valid credential.
     */
    Optional<String> payer();

    /** Returns true if {@link #payer} is empty, without making a name. */
    default boolean isOfStranger() {
        return payer().isEmpty();
    }

    /**
     * Returns false if the body has no influence on the answer. The adapter then reads a body that is sent, and keeps
     * none of it.
     */
    boolean takesBody();

    /** Returns true for a call that opens a stream. The adapter first takes a place for it ({@link StreamPlaces}). */
    default boolean isStream() {
        return false;
    }

    /** Returns the most bytes that the body may have, 1 or more. */
    int bodyBytesMax();

    /**
     * Answers the call. The future completes as the one of {@link CallDoor#submit} does.
     *
     * @param body the whole body, empty if there is none; not copied, and not to be changed afterwards
     * @param memory reserves bytes for the JSON values of the body until the call is answered. It returns false and
     *     reserves nothing if there is too little; the answer is then 503 {@code capacity_exhausted}. The first 64 KiB
     *     are not reserved
     */
    CompletableFuture<Reply> submit(byte[] body, LongPredicate memory);

    /** Answers a call whose body is longer than {@link #bodyBytesMax} with 413 when its turn comes. */
    CompletableFuture<Reply> submitTooLarge();

    /**
     * Answers a call for whose body or answer the adapter lacks memory: 503 {@code capacity_exhausted} at the step that
     * checks the body's size. The engine gives the units of the call back.
     *
     * @param detail names the value, the limit and the next step
     */
    CompletableFuture<Reply> submitWithoutRoom(String detail);

    /**
     * Answers a call for whose stream the adapter has no place: 429 {@code too_many_concurrent_requests} at step 5. Nothing
     * is read for it, and the engine gives the units of the call back.
     *
     * @param detail names the value, the limit and the next step
     */
    default CompletableFuture<Reply> submitWithoutPlace(String detail) {
        Objects.requireNonNull(detail, "detail must not be null.");
        return submitWithoutRoom(detail);
    }

    /** Returns the admission of a call that is refused with this reply. */
    static Admission refused(Reply reply) {
        Objects.requireNonNull(reply, "reply must not be null.");
        return new RefusedAdmission(reply);
    }
}
