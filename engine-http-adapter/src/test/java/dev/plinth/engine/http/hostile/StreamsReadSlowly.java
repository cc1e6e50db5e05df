package dev.plinth.engine.http.hostile;

import java.util.Set;

/** Streams with a backlog of large events, of which the reader takes some bytes a second. */
final class StreamsReadSlowly implements Attack {
    private static final int EVENTS = 300;
    private static final int TEXT_BYTES = 60_000;
    private static final int STREAMS = 1_400;
    private static final int STREAMS_PER_ADDRESS = 200;
    private static final int BYTES_PER_SECOND = 64;
    private Tenant tenant = new Tenant("", "");

    @Override
    public int seconds() {
        return 6;
    }

    @Override
    public void prepare(AttackContext context) throws Exception {
        tenant = context.tenant("business");
        String event = "{\"type\":\"large.event\",\"data\":{\"text\":\"" + "x".repeat(TEXT_BYTES) + "\"}}";
        try (AttackConnection caller = context.as(tenant)) {
            for (int i = 0; i < EVENTS; i++) {
                context.attack(caller, "POST", "/v1/events", event);
            }
        }
    }

    @Override
    public void run(AttackContext context) throws Exception {
        byte[] request =
                AttackConnection.request("GET", "/v1/events/stream", AttackConnection.bearer(tenant.key()), "");
        try (ConnectionSwarm swarm = new ConnectionSwarm(context)) {
            for (int i = 0; i < STREAMS; i++) {
                swarm.open(AttackContext.address(i / STREAMS_PER_ADDRESS), request, 0, BYTES_PER_SECOND);
            }
            swarm.runToTheEnd();
        }
    }

    /** A stream may also be ended for lack of memory: its client comes again later. */
    @Override
    public Set<String> refusals() {
        return Set.of("429", "503", "cut");
    }
}
