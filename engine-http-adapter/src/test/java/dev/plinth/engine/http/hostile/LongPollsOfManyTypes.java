package dev.plinth.engine.http.hostile;

import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Thousands of workers of one tenant that wait for jobs of many types, while it starts jobs of another. */
final class LongPollsOfManyTypes implements Attack {
    private static final int POLLS = 3_000;
    private static final int POLLS_PER_ADDRESS = 250;
    private static final int TYPES = 50;

    @Override
    public void run(AttackContext context) throws Exception {
        Tenant tenant = context.tenant("starter");
        String types = IntStream.range(0, TYPES)
                .mapToObj(each -> "\"type" + each + "\"")
                .collect(Collectors.joining(","));
        byte[] poll = AttackConnection.request(
                "POST",
                "/v1/jobs/lease",
                AttackConnection.bearer(tenant.key()),
                "{\"types\":[" + types + "],\"wait\":30}");
        try (ConnectionSwarm swarm = new ConnectionSwarm(context);
                AttackConnection caller = context.as(tenant)) {
            for (int i = 0; i < POLLS; i++) {
                swarm.open(AttackContext.address(i / POLLS_PER_ADDRESS), poll, 0, ConnectionSwarm.GREEDY);
            }
            swarm.run(1);
            Thread jobs = new Thread(() -> context.repeat(caller, "/v1/jobs", "{\"type\":\"other\",\"input\":{}}"));
            jobs.start();
            swarm.runToTheEnd();
            jobs.join();
        }
    }

    @Override
    public Set<String> refusals() {
        return Set.of("429");
    }
}
