package dev.plinth.engine.http.hostile;

import java.util.Set;
import java.util.concurrent.TimeUnit;

/** A bulk call whose events go to twenty endpoints at one receiver, which has not asked for them. */
final class FloodOfAThirdParty implements Attack {
    private static final int ENDPOINTS = 20;
    private static final int EVENTS = 2_000;
    private static final int PER_SECOND_MAX = 1_000;

    @Override
    public int seconds() {
        return 6;
    }

    @Override
    public void run(AttackContext context) throws Exception {
        try (Receiver flooded = Receiver.answering(200, 0);
                AttackConnection caller = context.as(context.tenant("starter"))) {
            for (int i = 0; i < ENDPOINTS; i++) {
                context.endpoint(caller, flooded.uri() + i, "enabled");
            }
            long began = System.nanoTime();
            context.attack(caller, "POST", "/v1/resources/bulk", Bulk.creates(EVENTS));
            context.rest(Integer.MAX_VALUE);
            long seconds = Math.max(1, TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began));
            context.told().note("webhooks a second at the receiver: " + flooded.received() / seconds);
            if (flooded.received() > seconds * PER_SECOND_MAX) {
                context.fault("a receiver got " + flooded.received() + " webhooks in " + seconds + " s of one tenant");
            }
        }
    }

    @Override
    public Set<String> refusals() {
        return Set.of();
    }
}
