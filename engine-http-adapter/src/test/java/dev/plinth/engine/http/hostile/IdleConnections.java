package dev.plinth.engine.http.hostile;

import java.util.List;
import java.util.Set;

/** Thousands of connections from one address that send nothing. */
final class IdleConnections implements Attack {
    private static final int CONNECTIONS = 5_000;
    private static final byte[] NOTHING = {};

    /** A client on the machine of the server is not bounded otherwise, and here the attacker is. */
    @Override
    public List<String> options() {
        return List.of("--limit-loopback");
    }

    @Override
    public void run(AttackContext context) throws Exception {
        try (ConnectionSwarm swarm = new ConnectionSwarm(context)) {
            for (int i = 0; i < CONNECTIONS; i++) {
                swarm.open(AttackContext.address(0), NOTHING, 0, ConnectionSwarm.GREEDY);
            }
            swarm.runToTheEnd();
            context.told().note("connections open at the end: " + swarm.opened());
        }
    }

    @Override
    public Set<String> refusals() {
        return Set.of("closed", "429", "503");
    }
}
