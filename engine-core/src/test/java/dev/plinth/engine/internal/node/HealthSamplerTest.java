package dev.plinth.engine.internal.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.Engine;
import dev.plinth.engine.Patience;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The health figures of the last hour, as the operator gets them. */
final class HealthSamplerTest {
    private static final String OPERATOR = "operator-secret-of-tests";
    private static final String PATH = "/admin/v1/health/history";

    private static List<Object> points(Engine engine, String query) {
        Reply reply = engine.call(Call.of("GET", PATH + query).withKey(OPERATOR));
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return List.copyOf((List<?>) Json.of(reply.text()).asMap().get("data"));
    }

    @Test
    void history_afterASecond_hasAPointWithTheRequestsUntilThen() {
        try (Engine engine = Engine.builder().adminToken(OPERATOR).open()) {
            String workspace =
                    engine.admin().createWorkspace("Acme", "pro").call().id();
            engine.workspace(workspace)
                    .startJob("nobody.does.this", Json.EMPTY_OBJECT)
                    .call();

            Patience.until(() -> !points(engine, "").isEmpty());

            Object first = points(engine, "").get(0);
            Map<?, ?> point = (Map<?, ?>) first;
            assertThat(((Number) point.get("requests")).longValue()).isPositive();
            assertThat(((Number) point.get("millis")).longValue()).isPositive();
            assertThat(((Number) point.get("latencyP99Micros")).longValue()).isPositive();
            assertThat(point.get("jobsQueued")).hasToString("1");
            assertThat(points(engine, "?createdAfter=" + point.get("at"))).doesNotContain(first);
        }
    }
}
