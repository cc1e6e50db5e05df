package dev.plinth.engine.http.hostile;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/** Thousands of connections that send long headers without their end. */
final class UnfinishedHeaders implements Attack {
    private static final int ADDRESSES = 200;
    private static final int CONNECTIONS = 4_000;
    private static final int SECONDS_OF_A_TURN = 6;
    private static final int LINES = 3;
    private static final int LINE_BYTES = 7_900;

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
        byte[] request = ("GET / HTTP/1.1\r\nHost: plinth\r\n"
                        + ("X: " + "x".repeat(LINE_BYTES) + "\r\n").repeat(LINES))
                .getBytes(StandardCharsets.US_ASCII);
        try (ConnectionSwarm swarm = new ConnectionSwarm(context)) {
            for (int i = 0; i < CONNECTIONS; i++) {
                swarm.open(AttackContext.address(i % ADDRESSES), request, 0, ConnectionSwarm.GREEDY);
            }
            swarm.runToTheEnd();
            context.told().note("connections open at the end: " + swarm.opened());
        }
    }

    @Override
    public Set<String> refusals() {
        return Set.of("503", "closed");
    }
}
