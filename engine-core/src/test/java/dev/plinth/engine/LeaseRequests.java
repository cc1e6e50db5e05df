package dev.plinth.engine;

import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.LeaseRequest;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Reads the wish of a worker as the wire takes it. */
final class LeaseRequests {
    private LeaseRequests() {}

    @SuppressWarnings("unchecked") // types are texts
    static LeaseRequest of(String json) {
        Map<String, Object> members = Json.of(json).asMap();
        return new LeaseRequest(
                (List<String>) members.get("types"),
                number(members, "max", 1),
                Duration.ofSeconds(number(members, "leaseSeconds", 60)),
                Duration.ofSeconds(number(members, "wait", 0)));
    }

    private static int number(Map<String, Object> members, String name, int usual) {
        return members.get(name) instanceof BigDecimal number ? number.intValueExact() : usual;
    }
}
