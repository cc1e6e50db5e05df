package dev.plinth.engine.http.program;

import dev.plinth.engine.Engine;
import dev.plinth.engine.http.EngineServer;
import dev.plinth.engine.http.log.JsonLine;
import dev.plinth.engine.settings.FirstStart;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Tells on standard output that the program serves, and shows the secrets of a first start.
 */
final class Announcement {
    /** Hosts that mean every interface. A server listens on them, but a client connects to another one. */
    private static final List<String> WILDCARDS = List.of("0.0.0.0", "::", "[::]");

    private static final System.Logger LOG = System.getLogger(Announcement.class.getName());

    private final ProgramOutput output;
    private final Engine engine;
    private final ServeOptions options;
    private final AtomicBoolean areSecretsShown = new AtomicBoolean();

    Announcement(ProgramOutput output, Engine engine, ServeOptions options) {
        this.output = output;
        this.engine = engine;
        this.options = options;
    }

    void all(EngineServer server) {
        secrets();
        Optional<FirstStart> firstStart = engine.firstStart();
        if (firstStart.isPresent() && !output.isJson()) {
            line("Try it:");
            line(curl(firstStart.get().key(), reachable(server)));
            if (options.hasConsole()) {
                line("Or sign in with that key at " + reachable(server) + "/console/");
            }
            line("");
        }
        if (options.hasAdminPort()) {
            output.tell("admin on " + server.adminUri());
        }
        engine.outgrownTables().ifPresent(sentence -> LOG.log(System.Logger.Level.INFO, sentence));
        Exposures.of(options.config()).forEach(sentence -> output.warn(options.named(sentence)));
        output.tell("listening on " + server.uri());
    }

    /** Shows the secrets once, also if the start fails later, because the store keeps only their digests. */
    void secrets() {
        Optional<FirstStart> firstStart = engine.firstStart();
        Optional<String> adminToken = engine.newAdminToken();
        if (firstStart.isEmpty() && adminToken.isEmpty() || areSecretsShown.getAndSet(true)) {
            return;
        }
        String sentence = firstStart.isPresent()
                ? "First start on an empty store. These are shown once:"
                : "No admin token was given and the store remembers none. This one is new, and shown once:";
        if (output.isJson()) {
            JsonLine line = ProgramOutput.event(sentence);
            firstStart.ifPresent(
                    first -> line.put("workspace", first.workspaceId()).put("apiKey", first.key()));
            adminToken.ifPresent(token -> line.put("adminToken", token));
            output.line(line.end());
            return;
        }
        line(sentence);
        if (firstStart.isPresent()) {
            line("  workspace default: " + firstStart.get().workspaceId());
            line("  its API key:       " + firstStart.get().key());
        }
        adminToken.ifPresent(token -> line("  admin token:       " + token));
        line("");
    }

    private void line(String text) {
        output.line(text + System.lineSeparator());
    }

    private static String curl(String key, String base) {
        return "curl -X POST " + base + "/v1/resources"
                + " -H \"Idempotency-Key: a-unique-key-you-generate\""
                + " -H \"Authorization: Bearer " + key + "\""
                + " -d '{ \"name\": \"My resource\" }'";
    }

    private String reachable(EngineServer server) {
        return WILDCARDS.contains(options.host())
                ? server.uri().getScheme() + "://127.0.0.1:" + server.port()
                : server.uri().toString();
    }
}
