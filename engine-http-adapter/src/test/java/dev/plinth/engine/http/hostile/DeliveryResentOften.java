package dev.plinth.engine.http.hostile;

import dev.plinth.engine.http.RawReply;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A delivery that is sent again and again to a receiver whose refusals are long, and read by several at once. */
final class DeliveryResentOften implements Attack {
    private static final int TEXT_BYTES = 8 * 1024;
    private static final int RESENDS = 600;
    private static final int READERS = 8;

    @Override
    public int seconds() {
        return 6;
    }

    @Override
    public void run(Arena arena) throws Exception {
        Tenant tenant = arena.tenant("business");
        try (Receiver failing = Receiver.answering(500, TEXT_BYTES);
                Caller caller = arena.as(tenant)) {
            String endpoint = arena.endpoint(caller, failing.uri(), "enabled");
            arena.attack(caller, "POST", "/v1/resources", "{\"name\":\"resent\"}");
            RawReply list = arena.attack(caller, "GET", "/v1/webhook-endpoints/" + endpoint + "/deliveries", "");
            Map<?, ?> first = (Map<?, ?>) ((List<?>) Arena.made(list).getOrDefault("data", List.of())).get(0);
            String delivery = "/v1/deliveries/" + first.get("id");
            for (int i = 0; i < RESENDS && arena.goesOn(); i++) {
                arena.checkSize(arena.attack(caller, "POST", delivery + "/resend", ""));
            }
            arena.together(READERS, number -> {
                try (Caller reader = arena.as(tenant)) {
                    for (int i = 0; i < READERS && arena.goesOn(); i++) {
                        arena.checkSize(arena.attack(reader, "GET", delivery, ""));
                    }
                }
            });
        }
    }

    @Override
    public Set<String> refusals() {
        return Set.of("409 invalid_transition", "429");
    }
}
