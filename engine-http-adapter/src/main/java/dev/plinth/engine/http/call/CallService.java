package dev.plinth.engine.http.call;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.server.Admission;
import java.util.List;

/** The engine as the socket side sees it, so that it can be tested without one. Thread-safe. */
public interface CallService {
    /**
     * Takes the headers of a call. Its body is read only if it matters. The futures of the admission complete with the
     * reply, including refusals, and never block on I/O. Stages chained to them write to sockets, so they complete at
     * once or on the server's executor.
     */
    Admission admit(Call head);

    /** Takes the headers of a call likewise, with what the socket side knows of its sender. */
    default Admission admit(Call head, RemoteCaller sender) {
        return admit(head);
    }

    /** Answers all waiting calls with the present state, now and from now on. */
    void endWaits();

    /** Answers the calls that another node has yet to decide, because their connections are about to be cut. */
    default void endCalls() {}

    /** Records an error that is about to be handled. Missing memory is a failure of the whole process. */
    void noteError(Throwable error);

    /** Records that an error has ended a task on a thread of the server, without which the server cannot go on. */
    void noteEnd(String thread, Throwable error);

    /** Returns a problem document for input that never became a call. */
    Reply refusal(String code, String detail);

    /** Adds the headers that every reply has to one that is not the engine's: a request id, and the node of a shared log. */
    default Reply numbered(Reply reply) {
        Reply own = refusal("route_not_found", "");
        Reply numbered = reply;
        for (String name : List.of("Request-Id", "Plinth-Node")) {
            String value = own.header(name);
            numbered = value == null ? numbered : numbered.with(name, value);
        }
        return numbered;
    }
}
