package dev.plinth.engine.http.hostile;

import java.util.Set;

/** A worker of the smallest plan that asks for jobs as fast as it can. */
final class LeasesWithoutEnd implements Attack {
    private static final int CONNECTIONS = 16;

    @Override
    public void run(AttackContext context) throws Exception {
        Tenant tenant = context.tenant("starter");
        context.together(CONNECTIONS, number -> {
            try (AttackConnection caller = context.as(tenant)) {
                while (context.goesOn()) {
                    context.attack(caller, "POST", "/v1/jobs/lease", "{\"types\":[\"none\"]}");
                }
            }
        });
    }

    @Override
    public Set<String> refusals() {
        return Set.of("429");
    }
}
