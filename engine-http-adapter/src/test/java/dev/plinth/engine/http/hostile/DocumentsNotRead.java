package dev.plinth.engine.http.hostile;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/** Thousands of connections that ask for documents, one request behind the other, and read none. */
final class DocumentsNotRead implements Attack {
    private static final int ADDRESSES = 200;
    private static final int CONNECTIONS = 3_000;
    private static final int SECONDS_OF_A_TURN = 6;
    private static final int ROUNDS = 15;

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
        StringBuilder round = new StringBuilder();
        for (String path : List.of("/openapi.json", "/metrics", "/console/", "/docs")) {
            round.append(AttackConnection.head("GET", path, "", 0));
        }
        byte[] requests = round.toString().repeat(ROUNDS).getBytes(StandardCharsets.US_ASCII);
        try (ConnectionSwarm swarm = new ConnectionSwarm(context)) {
            for (int i = 0; i < CONNECTIONS; i++) {
                swarm.open(AttackContext.address(i % ADDRESSES), requests, 0, 0);
            }
            swarm.runToTheEnd();
            context.told().note("connections open at the end: " + swarm.opened());
        }
    }

    @Override
    public Set<String> refusals() {
        return Set.of();
    }
}
