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
    public void run(AttackContext context) throws Exception {
        Tenant tenant = context.tenant("business");
        try (Receiver failing = Receiver.answering(500, TEXT_BYTES);
                AttackConnection caller = context.as(tenant)) {
            String endpoint = context.endpoint(caller, failing.uri(), "enabled");
            context.attack(caller, "POST", "/v1/resources", "{\"name\":\"resent\"}");
            RawReply list = context.attack(caller, "GET", "/v1/webhook-endpoints/" + endpoint + "/deliveries", "");
            Map<?, ?> first = (Map<?, ?>) ((List<?>) AttackContext.made(list).getOrDefault("data", List.of())).get(0);
            String delivery = "/v1/deliveries/" + first.get("id");
            for (int i = 0; i < RESENDS && context.goesOn(); i++) {
                context.checkSize(context.attack(caller, "POST", delivery + "/resend", ""));
            }
            context.together(READERS, number -> {
                try (AttackConnection reader = context.as(tenant)) {
                    for (int i = 0; i < READERS && context.goesOn(); i++) {
                        context.checkSize(context.attack(reader, "GET", delivery, ""));
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
