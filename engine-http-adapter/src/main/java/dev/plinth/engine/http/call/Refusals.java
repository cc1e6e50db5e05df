package dev.plinth.engine.http.call;

import dev.plinth.engine.api.Reply;
import java.util.List;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpStatus;

/** The sentences for input that never became a call. The documents around them are the engine's. */
public final class Refusals {
    private static final List<String> RATE_LIMIT = List.of("RateLimit-Policy", "RateLimit");

    private Refusals() {}

    /**
     * Returns the answer to a request with wrong framing. Always 400, even if HTTP has a narrower status, because the
     * contract has one code for it.
     */
    public static Reply malformed(CallService calls, HttpException exception) {
        return calls.refusal(
                "malformed_request",
                "The request has " + found(exception)
                        + ", which RFC 9112 or this server does not allow. Correct the client; the connection is"
                        + " closed.");
    }

    public static Reply shuttingDown(CallService calls) {
        return calls.refusal("shutting_down", "The server is shutting down. Try again on a new connection.");
    }

    /** Returns the answer to a call for which there is no memory, for a door that does not refuse it itself. */
    public static Reply noRoom(CallService calls, String detail) {
        return calls.refusal("capacity_exhausted", detail).with("Retry-After", "1");
    }

    /** Returns the refusal in place of an answer, with the answer's rate limit. */
    public static Reply noRoom(CallService calls, String detail, Reply answer) {
        Reply refusal = noRoom(calls, detail);
        for (String name : RATE_LIMIT) {
            String value = answer.header(name);
            if (value != null) {
                refusal = refusal.with(name, value);
            }
        }
        return refusal;
    }

    /** Returns the answer to a call for whose stream there is no place, for a door that does not refuse it itself. */
    public static Reply tooManyStreams(CallService calls, String detail) {
        return calls.refusal("too_many_concurrent_requests", detail).with("Retry-After", "5");
    }

    public static Reply tooManyFailures(CallService calls, int perMinute, long seconds) {
        return calls.refusal(
                        "rate_limited",
                        "This address sends more than " + perMinute
                                + " requests a minute with a credential that is not valid."
                                + " Send a valid one, or wait " + seconds + " s.")
                .with("Retry-After", Long.toString(seconds));
    }

    public static Reply internalError(CallService calls) {
        return calls.refusal("internal_error", "The server failed. Try again, and look into its log for the cause.");
    }

    private static String found(HttpException exception) {
        int code = exception.getCode();
        if (code == HttpStatus.URI_TOO_LONG_414 || code == HttpStatus.REQUEST_HEADER_FIELDS_TOO_LARGE_431) {
            return "more than " + FramingLimits.HEADER_BYTES_MAX + " bytes of headers";
        }
        String reason = exception.getReason();
        if (reason == null) {
            return "wrong framing";
        }
        return exception instanceof FramingException ? reason : "wrong framing (" + reason + ")";
    }
}
