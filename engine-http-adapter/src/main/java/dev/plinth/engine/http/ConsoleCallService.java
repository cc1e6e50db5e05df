package dev.plinth.engine.http;

import dev.plinth.engine.Admission;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Reply;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Serves the console in front of the engine's routes: its files below {@code /console/}, and a link to it in {@code GET /}. All other calls
 * go on. Thread-safe.
 */
final class ConsoleCallService implements CallService {
    private static final String FOLDER = "/console/";
    private static final String BARE = "/console";
    private static final String ROOT = "/";

    private final CallService engine;
    private final ConsoleFiles files = new ConsoleFiles();

    ConsoleCallService(CallService engine) {
        this.engine = engine;
    }

    @Override
    public Admission admit(Call head) {
        String path = head.path();
        if (path.equals(BARE) || path.startsWith(FOLDER)) {
            return Admission.refused(file(head));
        }
        Admission admission = engine.admit(head);
        if (!path.equals(ROOT) || admission.isRefused()) {
            return admission;
        }
        return new AdmitAll(
                head,
                admission.bodyBytesMax(),
                call -> admission.submit(call.body(), bytes -> true).thenApply(ConsoleCallService::linked),
                detail -> Refusals.noRoom(engine, detail));
    }

    private Reply file(Call head) {
        if (!head.method().equals("GET") && !head.method().equals("HEAD")) {
            return engine.refusal(
                            "method_not_allowed",
                            "The console takes GET and HEAD, got " + head.method() + ". Send other calls to /v1.")
                    .with("Allow", "GET, HEAD");
        }
        if (head.path().equals(BARE)) {
            return numbered(new Reply(308, Map.of("Location", FOLDER, "Cache-Control", "no-store"), new byte[0]));
        }
        return files.reply(head.path().substring(FOLDER.length()), head.headers())
                .map(this::numbered)
                .orElseGet(
                        () -> engine.refusal("route_not_found", "The console has no such file. Begin at /console/."));
    }

    /** Adds the link to the front page, in both of its forms. The engine does not know what an adapter serves. */
    private static Reply linked(Reply reply) {
        String text = reply.text();
        String linked = text.startsWith("{")
                ? text.replace("\"health\":", "\"console\":\"" + FOLDER + "\",\"health\":")
                : text.replace("<ul>\n", "<ul>\n<li><a href=\"" + FOLDER + "\">" + FOLDER + "</a>: the console</li>\n");
        return new Reply(reply.status(), reply.headers(), linked.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void endWaits() {
        engine.endWaits();
    }

    @Override
    public void noteError(Throwable error) {
        engine.noteError(error);
    }

    @Override
    public void noteEnd(String thread, Throwable error) {
        engine.noteEnd(thread, error);
    }

    @Override
    public Reply refusal(String code, String detail) {
        return engine.refusal(code, detail);
    }
}
