package dev.plinth.engine.http.hostile;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Test calls to receivers that hang, as many of each workspace as it may have at once. */
final class TestCallsHeldUp implements Attack {
    private static final int WORKSPACES = 8;
    private static final int CALLS = 4;
    private static final int HONEST_CALLS = 5;

    @Override
    public void run(AttackContext context) throws Exception {
        List<AttackConnection> callers = new ArrayList<>();
        try (Receiver silence = Receiver.silent();
                ConnectionSwarm swarm = new ConnectionSwarm(context)) {
            for (int i = 0; i < WORKSPACES; i++) {
                Tenant tenant = context.tenant("starter");
                AttackConnection caller = context.as(tenant);
                callers.add(caller);
                String test = "/v1/webhook-endpoints/" + context.endpoint(caller, silence.uri(), "enabled") + "/test";
                byte[] request = AttackConnection.request("POST", test, AttackConnection.bearer(tenant.key()), "");
                for (int call = 0; call < CALLS; call++) {
                    swarm.open(AttackContext.address(0), request, 0, ConnectionSwarm.GREEDY);
                }
            }
            swarm.run(1);
            for (int i = 0; i < HONEST_CALLS; i++) {
                context.honestly(
                        "POST", "/v1/webhook-endpoints/" + context.honest().endpoint() + "/test", "");
            }
            swarm.run(1);
        } finally {
            callers.forEach(AttackConnection::close);
        }
    }

    /** Which of its calls are refused depends on how many the server lets a workspace have. */
    @Override
    public Set<String> refusals() {
        return Set.of();
    }
}
