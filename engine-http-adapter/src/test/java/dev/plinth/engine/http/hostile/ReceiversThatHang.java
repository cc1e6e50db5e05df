package dev.plinth.engine.http.hostile;

import dev.plinth.engine.TestScale;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Workspaces whose receivers take webhooks and never answer. Here the delay of the honest tenant's webhooks is judged: a webhook that
 * comes, but late, is what the attack is for, and no count tells of it.
 */
final class ReceiversThatHang implements Attack {
    private static final int WORKSPACES_CI = 200;
    private static final int ENDPOINTS = 3;
    private static final int CONNECTIONS = 4;
    private static final double DELAY_MILLIS_MAX = 5_000;
    private final List<Tenant> tenants = new ArrayList<>();
    private final Receiver silence = Receiver.silent();

    @Override
    public int seconds() {
        return 12;
    }

    @Override
    public void prepare(AttackContext context) throws Exception {
        for (int i = 0; i < Math.min(WORKSPACES_CI, TestScale.count(WORKSPACES_CI)); i++) {
            tenants.add(context.tenant("starter"));
        }
        context.together(CONNECTIONS, number -> {
            for (int i = number; i < tenants.size(); i += CONNECTIONS) {
                try (AttackConnection caller = context.as(tenants.get(i))) {
                    for (int endpoint = 0; endpoint < ENDPOINTS; endpoint++) {
                        context.endpoint(caller, silence.uri() + i + "/" + endpoint, "enabled");
                    }
                }
            }
        });
    }

    @Override
    public void run(AttackContext context) throws Exception {
        context.together(CONNECTIONS, number -> {
            while (context.goesOn()) {
                for (int i = number; i < tenants.size() && context.goesOn(); i += CONNECTIONS) {
                    try (AttackConnection caller = context.as(tenants.get(i))) {
                        context.attack(caller, "POST", "/v1/events", "{\"type\":\"hostile.event\",\"data\":{}}");
                    }
                }
            }
        });
        silence.close();
    }

    @Override
    public List<String> judge(HonestProcess.Seen seen) {
        return seen.delay().p95() <= DELAY_MILLIS_MAX
                ? List.of()
                : List.of("webhooks of the honest tenant came late: " + seen.delay());
    }

    /** Each attempt fails with a timeout, which its deliveries show. */
    @Override
    public Set<String> refusals() {
        return Set.of();
    }
}
