package dev.plinth.engine.http.hostile;

import java.nio.charset.StandardCharsets;
import java.util.Set;

/** Connections without a credential that announce large bodies, and send all of them but the end. */
final class BodiesOfStrangers implements Attack {
    private static final int CONNECTIONS = 2_000;
    private static final int CONNECTIONS_PER_ADDRESS = 250;
    private static final int MISSING = 100;

    /** The first fill the heap, the later ones the gaps that are left. */
    private static final int[] BYTES = {4 << 20, 1 << 20, 256 << 10, 64 << 10, 16 << 10};

    @Override
    public void run(AttackContext context) throws Exception {
        try (ConnectionSwarm swarm = new ConnectionSwarm(context)) {
            for (int i = 0; i < CONNECTIONS && context.goesOn(); i++) {
                int bytes = BYTES[i * BYTES.length / CONNECTIONS];
                byte[] head = AttackConnection.head("POST", "/v1/resources/bulk", "", bytes)
                        .getBytes(StandardCharsets.US_ASCII);
                swarm.open(
                        AttackContext.address(i / CONNECTIONS_PER_ADDRESS),
                        head,
                        bytes - MISSING,
                        ConnectionSwarm.GREEDY);
                if (i % CONNECTIONS_PER_ADDRESS == 0) {
                    swarm.run(1);
                }
            }
            swarm.runToTheEnd();
        }
    }

    @Override
    public Set<String> refusals() {
        return Set.of("401", "413", "429", "503", "closed");
    }
}
