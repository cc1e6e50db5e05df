package dev.plinth.engine.http;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Reply;
import java.util.concurrent.CompletableFuture;

/** All that the socket side knows of the engine, so that it can be tested without one. Thread-safe. */
interface Calls {
    /**
     * Starts the call; the future completes with its reply, refusals included. Never blocks on I/O. What is chained to the future writes to sockets, so
     * it completes at once or on the server's executor.
     */
    CompletableFuture<Reply> submit(Call call);

    /** Answers all calls that wait for something to happen, now and from now on, as things stand. */
    void endWaits();

    /** Bytes that a body on this route may have. */
    int bodyBytesMax(String method, String path);

    /** Notes an error that is about to be handled: one that tells of missing memory is a failure of the whole process. */
    void noteError(Throwable error);

    /** Notes that what runs on a thread of the server has ended by an error, and that the server cannot do without it. */
    void noteEnd(String thread, Throwable error);

    /** A ready problem document for what never became a call. */
    Reply refusal(String code, String detail);
}
