package dev.plinth.engine.internal.json;

import dev.plinth.engine.api.ProblemError;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.problem.Refusal;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/**
 * Renders the problem documents of an engine (RFC 9457 §3). Their types are URIs below the host's base. A document that a
 * row holds keeps its type, so a remembered answer is the same after another base was chosen. Immutable.
 */
public final class ProblemJson {
    private static final int JOB_STATUS = 500;

    private final String typeBase;

    /** Makes documents whose types are this URI and the code. */
    public ProblemJson(String typeBase) {
        this.typeBase = typeBase;
    }

    public String type(String code) {
        return typeBase + code;
    }

    /** Returns the document of a failed job, whose code is the handler's own. */
    public byte[] ofJob(String code, String detail, boolean retryable) {
        return JsonBytes.object()
                .member("type", type(asPathSegment(code)))
                .member("title", "The job failed")
                .member("status", JOB_STATUS)
                .member("detail", encodable(detail))
                .member("code", encodable(code))
                .member("retryable", retryable)
                .end();
    }

    /**
     * Replaces half a surrogate pair by a question mark, because UTF-8 cannot encode it and a host's text may have one.
     */
    private static String encodable(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }

    /** Encodes a code for the type's URI (RFC 3986 §2.1), because a code may be any text. */
    private static String asPathSegment(String code) {
        return URLEncoder.encode(code, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** Returns the document of an error that does not answer a request, such as that of a job's item. */
    public byte[] render(Refusal refusal) {
        return end(start(refusal), refusal, refusal.retryable());
    }

    /** Returns the document that answers a request. */
    public byte[] render(Refusal refusal, Id request, boolean retryable) {
        JsonBytes json = start(refusal).member("requestId", request);
        return end(json, refusal, retryable);
    }

    private JsonBytes start(Refusal refusal) {
        return JsonBytes.object()
                .member("type", type(refusal.code().wireName()))
                .member("title", refusal.code().title())
                .member("status", refusal.code().status())
                .member("detail", encodable(refusal.detail()))
                .member("code", refusal.code().wireName());
    }

    private static byte[] end(JsonBytes json, Refusal refusal, boolean retryable) {
        json.member("retryable", retryable);
        if (refusal.operation() != Refusal.WHOLE) {
            json.member("operation", refusal.operation());
        }
        if (!refusal.errors().isEmpty()) {
            json.name("errors").openArray();
            for (ProblemError error : refusal.errors()) {
                json.open()
                        .member(error.source() == ProblemError.Source.POINTER ? "pointer" : "parameter", error.at())
                        .member("code", error.code())
                        .member("detail", encodable(error.detail()))
                        .close();
            }
            json.closeArray();
        }
        return json.end();
    }
}
