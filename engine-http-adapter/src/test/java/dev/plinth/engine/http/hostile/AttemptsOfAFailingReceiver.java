package dev.plinth.engine.http.hostile;

import java.util.List;
import java.util.Set;

/** A receiver that answers 500 with as much text as an attempt keeps, so that the attempts of one tenant fill their table. */
final class AttemptsOfAFailingReceiver implements Attack {
    private static final int ENDPOINTS = 8;
    private static final int EVENTS = 1_000;
    private static final int TEXT_BYTES = 8 * 1024;

    @Override
    public List<String> options() {
        return SmallTables.ofResources(20_000);
    }

    @Override
    public void run(AttackContext context) throws Exception {
        try (Receiver failing = Receiver.answering(500, TEXT_BYTES);
                AttackConnection caller = context.as(context.tenant("starter"))) {
            for (int i = 0; i < ENDPOINTS; i++) {
                context.endpoint(caller, failing.uri() + i, "enabled");
            }
            context.repeat(caller, "/v1/resources/bulk", Bulk.creates(EVENTS));
        }
    }

    /** Its deliveries fail, and its own list of them says so. */
    @Override
    public Set<String> refusals() {
        return Set.of();
    }
}
