package dev.plinth.engine;

import dev.plinth.engine.api.Reply;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongPredicate;

/**
 * What the headers of a call decide before its body is read. Made by {@link CallDoor#admit}.
 *
 * <p>The rate-limit units of an admitted call are taken. Key and workspace are looked at again when the call is submitted. One thread at a time;
 * a call is submitted once.
 */
public interface Admission {
    /** Returns true if the call is refused, whatever its body is; it is submitted without one then, to get the refusal. */
    boolean isRefused();

    /**
     * Returns the name under which an adapter counts the memory of the call: the workspace, {@code ws_…}, or {@code operator}. Empty for a call
     * that needs no credential, and for one whose credential is not valid.
     */
    Optional<String> payer();

    /** Returns false if no body has an influence on the answer: an adapter reads what is sent of one, and keeps none of it. */
    boolean takesBody();

    /** Returns the bytes that the body may have, 1 or more. */
    int bodyBytesMax();

    /**
     * Answers the call; the future completes as that of {@link CallDoor#submit} does.
     *
     * @param body the whole body, empty if there is none; not copied, and not to be changed afterwards
     * @param memory takes bytes for the JSON values of the body, which are held until the call is answered; false, and nothing taken, if there are
     *     not as many: 503 {@code capacity_exhausted}. The first 64 KiB are not asked for
     */
    CompletableFuture<Reply> submit(byte[] body, LongPredicate memory);

    /** Answers the call, whose body is longer than {@link #bodyBytesMax}: 413 when its turn comes. */
    CompletableFuture<Reply> submitTooLarge();

    /**
     * Answers the call, for whose body or answer the adapter has no memory: 503 {@code capacity_exhausted} in the turn of the body's size. The
     * units that the call took are given back.
     *
     * @param detail names the value, the limit and the next step
     */
    CompletableFuture<Reply> submitWithoutRoom(String detail);

    /** Returns the admission of a call that is refused with this reply. */
    static Admission refused(Reply reply) {
        return new RefusedAdmission(reply);
    }
}
