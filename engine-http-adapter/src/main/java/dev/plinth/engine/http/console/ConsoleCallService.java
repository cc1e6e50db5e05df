package dev.plinth.engine.http.console;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.http.call.AdmitAll;
import dev.plinth.engine.http.call.CallService;
import dev.plinth.engine.http.call.ForwardAdmission;
import dev.plinth.engine.http.call.Refusals;
import dev.plinth.engine.http.call.RemoteCaller;
import dev.plinth.engine.server.Admission;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Serves the console and the API reference in front of the engine's routes. Their files are below {@code /console/}, the reference is at
 * {@code /docs}, and {@code GET /} gets links to both. All other calls go on. Thread-safe.
 */
public final class ConsoleCallService implements CallService {
    private static final String FOLDER = "/console/";
    private static final String BARE = "/console";
    private static final String REFERENCE = "/docs";
    private static final String REFERENCE_FILE = "docs.html";
    private static final String ROOT = "/";

    private final CallService engine;
    private final boolean hasReference;
    private final ConsoleFiles files = new ConsoleFiles();

    /** @param hasReference true on a port that serves the OpenAPI document, from which the reference is made */
    public ConsoleCallService(CallService engine, boolean hasReference) {
        this.engine = engine;
        this.hasReference = hasReference;
    }

    @Override
    public Admission admit(Call head) {
        return admit(head, () -> engine.admit(head));
    }

    @Override
    public Admission admit(Call head, RemoteCaller sender) {
        return admit(head, () -> engine.admit(head, sender));
    }

    private Admission admit(Call head, Supplier<Admission> behind) {
        String path = head.path();
        boolean isReference = path.equals(REFERENCE) || path.equals(REFERENCE + "/");
        if (path.equals(BARE) || path.startsWith(FOLDER) || isReference && hasReference) {
            return Admission.refused(file(head));
        }
        Admission admission = behind.get();
        // The node that leads adds the links itself.
        if (!path.equals(ROOT) || admission.isRefused() || admission instanceof ForwardAdmission) {
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
        return switch (head.path()) {
            case BARE -> moved(FOLDER);
            case REFERENCE + "/" -> moved(REFERENCE);
            case REFERENCE -> file(REFERENCE_FILE, head);
            default -> file(head.path().substring(FOLDER.length()), head);
        };
    }

    private Reply moved(String location) {
        return numbered(Reply.of(308, Map.of("Location", location, "Cache-Control", "no-store"), new byte[0]));
    }

    private Reply file(String name, Call head) {
        return files.reply(name, head.headers())
                .map(this::numbered)
                .orElseGet(
                        () -> engine.refusal("route_not_found", "The console has no such file. Begin at /console/."));
    }

    /** Adds the links to the front page, in both of its forms. The engine does not know what an adapter serves. */
    private static Reply linked(Reply reply) {
        if (reply.rest().isPresent()) {
            return reply; // another node, which leads by now, has answered
        }
        String text = reply.text();
        String linked = text.startsWith("{")
                ? text.replace("\"docs\":\"/openapi.json\"", "\"docs\":\"" + REFERENCE + "\"")
                        .replace("\"health\":", "\"console\":\"" + FOLDER + "\",\"health\":")
                : text.replace(
                        "<ul>\n", "<ul>\n" + item(FOLDER, "the console") + item(REFERENCE, "the reference of the API"));
        return Reply.of(reply.status(), reply.headers(), linked.getBytes(StandardCharsets.UTF_8));
    }

    private static String item(String link, String about) {
        return "<li><a href=\"" + link + "\">" + link + "</a>: " + about + "</li>\n";
    }

    @Override
    public void endWaits() {
        engine.endWaits();
    }

    @Override
    public void endCalls() {
        engine.endCalls();
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
