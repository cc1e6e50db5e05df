package dev.plinth.engine.internal.store;

import dev.plinth.engine.Engine;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.settings.Plan;

/** Runs in a child JVM: one workspace fills the tables on a small heap, and another one goes on. */
final class ScarceHeap {
    private static final int CALLS_MAX = 100_000;
    private static final int LARGE_BYTES = 20_000;
    private static final int OTHERS = 20;

    private ScarceHeap() {}

    public static void main(String[] arguments) {
        try (Engine engine =
                Engine.builder().plan(Plan.perMinute("wide", 1_000_000)).open()) {
            String hostile = key(engine);
            Reply refused = create(engine, hostile, LARGE_BYTES);
            for (int i = 0; i < CALLS_MAX && refused.status() == 201; i++) {
                refused = create(engine, hostile, LARGE_BYTES);
            }
            System.out.println("refused: " + refused.text());
            String honest = key(engine);
            int taken = 0;
            for (int i = 0; i < OTHERS; i++) {
                taken += create(engine, honest, 100).status() == 201 ? 1 : 0;
            }
            System.out.println("taken of another: " + taken + " of " + OTHERS);
        }
    }

    private static Reply create(Engine engine, String key, int bytes) {
        return engine.call(Call.of("POST", "/v1/resources")
                .withKey(key)
                .withBody(Json.of("{\"name\":\"r\",\"data\":{\"text\":\"" + "x".repeat(bytes) + "\"}}")));
    }

    private static String key(Engine engine) {
        String workspace = engine.admin().createWorkspace("w", "wide").call().id();
        return engine.admin().createKey(workspace, "k").call().secret().orElseThrow();
    }
}
