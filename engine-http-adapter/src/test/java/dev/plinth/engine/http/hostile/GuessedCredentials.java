package dev.plinth.engine.http.hostile;

import java.util.List;
import java.util.Set;

/** Credentials that are well formed and unknown, from one address, as fast as they go. */
final class GuessedCredentials implements Attack {
    private static final int CONNECTIONS = 16;

    /** A client on the machine of the server is not bounded otherwise, and here the attacker is. */
    @Override
    public List<String> options() {
        return List.of("--limit-loopback");
    }

    @Override
    public void run(AttackContext context) throws Exception {
        // The checksum of thirty zeros: the key is looked up, and is not there.
        String guess = "Authorization: Bearer sk_live_" + "0".repeat(30) + "2C8GjS\r\n";
        context.together(CONNECTIONS, number -> {
            try (AttackConnection caller = new AttackConnection(context.port(), AttackContext.address(0), guess)) {
                while (context.goesOn()) {
                    context.attack(caller, "GET", "/v1/workspace", "");
                }
            }
        });
    }

    @Override
    public Set<String> refusals() {
        return Set.of("429", "closed");
    }
}
