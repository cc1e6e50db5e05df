package dev.plinth.engine.http.hostile;

import java.util.Set;

/** A worker of the smallest plan that asks for jobs as fast as it can. */
final class LeasesWithoutEnd implements Attack {
    private static final int CONNECTIONS = 16;

    @Override
    public void run(Arena arena) throws Exception {
        Tenant tenant = arena.tenant("starter");
        arena.together(CONNECTIONS, number -> {
            try (Caller caller = arena.as(tenant)) {
                while (arena.goesOn()) {
                    arena.attack(caller, "POST", "/v1/jobs/lease", "{\"types\":[\"none\"]}");
                }
            }
        });
    }

    @Override
    public Set<String> refusals() {
        return Set.of("429");
    }
}
