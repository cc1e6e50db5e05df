package dev.plinth.engine.http.program;

import dev.plinth.engine.Engine;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.settings.Plan;

/**
 * Leads in memory for a moment, beside a node that follows. Else the first reign of a process would load and compile its
 * code while clients wait.
 */
final class WarmUp {
    private static final System.Logger LOG = System.getLogger(WarmUp.class.getName());
    private static final String NAME = "warm-up";
    private static final Json BODY = Json.of("{\"name\":\"" + NAME + "\"}");
    private static final int CREATES = 500;

    private WarmUp() {}

    /** Starts it on a thread of its own, which ends soon. */
    static void start() {
        Thread thread = new Thread(WarmUp::tryToLead, "plinth-" + NAME);
        thread.setDaemon(true);
        thread.start();
    }

    /** The node works without it, so a failure is no more than a slower first reign. */
    private static void tryToLead() {
        try {
            lead();
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.INFO, "Could not warm up: " + e.getMessage());
        }
    }

    private static void lead() {
        try (Engine engine = Engine.inMemory()) {
            String workspace = engine.admin()
                    .createWorkspace(NAME, Plan.BUSINESS.name())
                    .call()
                    .id();
            String key =
                    engine.admin().createKey(workspace, NAME).call().secret().orElseThrow();
            for (int i = 0; i < CREATES; i++) {
                Call create = Call.of("POST", "/v1/resources")
                        .withKey(key)
                        .withHeader("Idempotency-Key", NAME + i)
                        .withBody(BODY);
                Reply made = engine.call(create);
                Reply unused = engine.call(
                        Call.of("GET", String.valueOf(made.header("Location"))).withKey(key));
            }
        }
    }
}
