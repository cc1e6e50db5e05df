package dev.plinth.engine.http.hostile;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Calls that do nothing, each with an idempotency key of its own, so that their answers are remembered for a day. */
final class RememberedAnswers implements Attack {
    private static final int TENANTS = 2;
    private static final int CONNECTIONS_PER_TENANT = 4;
    private static final int CALLS_BEFORE = 600;
    private final List<Tenant> tenants = new ArrayList<>();

    @Override
    public List<String> options() {
        return SmallTables.ofResources(5_000);
    }

    @Override
    public void prepare(AttackContext context) throws Exception {
        tenants.add(context.tenant("business"));
        tenants.add(context.tenant("business"));
        remember(context, "before", CALLS_BEFORE);
    }

    @Override
    public void run(AttackContext context) throws Exception {
        remember(context, "then", Integer.MAX_VALUE);
    }

    private void remember(AttackContext context, String prefix, int calls) throws InterruptedException {
        context.together(TENANTS * CONNECTIONS_PER_TENANT, number -> {
            try (AttackConnection caller = context.as(tenants.get(number % TENANTS))) {
                for (int i = 0; i < calls && context.goesOn(); i++) {
                    context.attack(
                            caller,
                            "POST",
                            "/v1/resources/res_01m8fw1efw0pqvqhrab8ajd67s/pause",
                            "Idempotency-Key: " + prefix + "-" + number + "-" + i + "\r\n",
                            "");
                }
            }
        });
    }

    @Override
    public Set<String> refusals() {
        return Set.of("403 plan_limit_reached", "429 rate_limited");
    }
}
