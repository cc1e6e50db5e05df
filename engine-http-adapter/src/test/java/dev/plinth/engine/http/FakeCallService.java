package dev.plinth.engine.http;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.http.call.AdmitAll;
import dev.plinth.engine.http.call.CallService;
import dev.plinth.engine.server.Admission;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** Stands for the engine: remembers the calls and answers them as the test says. */
public final class FakeCallService implements CallService {
    static final int BODY_BYTES_MAX = 256 * 1024;

    final List<Call> calls = new CopyOnWriteArrayList<>();
    final List<Throwable> errors = new CopyOnWriteArrayList<>();
    public final List<String> ended = new CopyOnWriteArrayList<>();
    volatile boolean waitsEnded;
    public volatile UnaryOperator<Admission> admission = whole -> whole;
    public volatile Function<Call, CompletableFuture<Reply>> answer =
            call -> CompletableFuture.completedFuture(ok("done"));

    static Reply ok(String body) {
        return Reply.of(
                200, Map.of("Content-Type", "text/plain", "X-Case", "kept"), body.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public Admission admit(Call head) {
        return admission.apply(
                new AdmitAll(head, BODY_BYTES_MAX, this::submit, detail -> refusal("capacity_exhausted", detail)));
    }

    private CompletableFuture<Reply> submit(Call call) {
        calls.add(call);
        return answer.apply(call);
    }

    @Override
    public void endWaits() {
        waitsEnded = true;
    }

    @Override
    public void noteError(Throwable error) {
        errors.add(error);
    }

    @Override
    public void noteEnd(String thread, Throwable error) {
        ended.add(thread);
    }

    @Override
    public Reply refusal(String code, String detail) {
        int status = switch (code) {
            case "malformed_request" -> 400;
            case "rate_limited", "too_many_concurrent_requests" -> 429;
            case "shutting_down", "capacity_exhausted" -> 503;
            default -> 500;
        };
        String escaped = detail.replace("\\", "\\\\").replace("\"", "\\\"");
        return Reply.of(
                status,
                Map.of(
                        "Content-Type", "application/problem+json",
                        "Cache-Control", "no-store",
                        "Request-Id", "req_00000000000000000000000000"),
                ("{\"code\":\"" + code + "\",\"detail\":\"" + escaped + "\"}").getBytes(StandardCharsets.UTF_8));
    }
}
