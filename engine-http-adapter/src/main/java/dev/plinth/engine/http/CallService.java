package dev.plinth.engine.http;

import dev.plinth.engine.Admission;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Reply;

/** All that the socket side knows of the engine, so that it can be tested without one. Thread-safe. */
interface CallService {
    /**
     * Takes the headers of a call, of which the body is read only if it matters. The futures of the admission complete with the reply, refusals
     * included, and never block on I/O. What is chained to them writes to sockets, so they complete at once or on the server's executor.
     */
    Admission admit(Call head);

    /** Answers all calls that wait for something to happen, now and from now on, as things stand. */
    void endWaits();

    /** Notes an error that is about to be handled: one that tells of missing memory is a failure of the whole process. */
    void noteError(Throwable error);

    /** Notes that what runs on a thread of the server has ended by an error, and that the server cannot do without it. */
    void noteEnd(String thread, Throwable error);

    /** A ready problem document for what never became a call. */
    Reply refusal(String code, String detail);
}
