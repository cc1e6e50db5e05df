package dev.plinth.engine.http.hostile;

import java.util.List;
import java.util.Set;

/** More connections than a port has places, from many addresses, that send nothing. */
final class IdleConnectionsOfManyAddresses implements Attack {
    private static final int ADDRESSES = 200;
    private static final int CONNECTIONS = 10_500;
    private static final int SECONDS_OF_A_TURN = 6;
    private static final byte[] NOTHING = {};

    /** A client on the machine of the server is not bounded otherwise. */
    @Override
    public List<String> options() {
        return List.of("--limit-loopback");
    }

    @Override
    public int seconds() {
        return SECONDS_OF_A_TURN;
    }

    @Override
    public void run(AttackContext context) throws Exception {
        try (ConnectionSwarm swarm = new ConnectionSwarm(context)) {
            for (int i = 0; i < CONNECTIONS; i++) {
                swarm.open(AttackContext.address(i % ADDRESSES), NOTHING, 0, ConnectionSwarm.GREEDY);
            }
            swarm.runToTheEnd();
            context.told().note("connections open at the end: " + swarm.opened());
        }
    }

    @Override
    public Set<String> refusals() {
        return Set.of("closed");
    }
}
