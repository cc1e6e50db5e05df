package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.Engine;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.http.MatrixRow.Param;
import dev.plinth.engine.settings.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An item of a bulk call gives what that call would have answered (contract §6), whatever stands behind its id. */
class BulkMatrixTest {
    @ParameterizedTest
    @ValueSource(strings = {"update", "pause", "resume", "archive", "unarchive", "delete"})
    void item_ofEveryState_isAnsweredAsTheCallOfItsOwn(String action) {
        MatrixRow row = MatrixRows.all().stream()
                .filter(each -> each.name().equals(action + "Resource"))
                .findFirst()
                .orElseThrow();
        ManualClock clock = ManualClock.startingAt(Instant.parse("2025-01-01T00:00:00Z"));
        try (Engine engine = RouteMatrixTest.open(clock)) {
            MatrixWorld world = MatrixWorldMaker.lay(engine, clock);
            List<IdState> states = MatrixTarget.RESOURCE.states();
            List<Map<?, ?>> outcomes = outcomes(world, clock, action, states);
            Set<String> hidden = new HashSet<>();

            assertThat(outcomes).hasSameSizeAs(states);
            for (int i = 0; i < states.size(); i++) {
                Param param = row.params().get(0);
                Expected expected = row.expected(Map.of(param, states.get(i)));
                Map<?, ?> outcome = outcomes.get(i);
                assertThat(outcome.get("status"))
                        .as("%s %s: %s", action, states.get(i), outcome)
                        .hasToString(String.valueOf(expected.status()));
                if (expected.isRefusal()) {
                    assertThat(((Map<?, ?>) outcome.get("error")).get("code")).isEqualTo(expected.code());
                }
                if (states.get(i).isHidden()) {
                    hidden.add(String.valueOf(outcome.get("error")));
                }
            }
            assertThat(hidden).hasSize(1);
        }
    }

    private static List<Map<?, ?>> outcomes(MatrixWorld world, ManualClock clock, String action, List<IdState> states) {
        String name = action.equals("update") ? ",\"name\":\"new\"" : "";
        List<String> items = new ArrayList<>();
        for (IdState state : states) {
            String id = world.id(MatrixTarget.RESOURCE, state, state);
            items.add("{\"action\":\"" + action + "\",\"id\":\"" + id + "\"" + name + "}");
        }
        Json body = Json.of("{\"operations\":[" + String.join(",", items) + "]}");
        String key = world.secret(Credential.FULL, new MatrixRow("bulkResources", Expected.changed(202)));
        Map<String, Object> accepted = Json.of(world.engine()
                        .call(Call.of("POST", "/v1/resources/bulk").withKey(key).withBody(body))
                        .text())
                .asMap();
        clock.advance(Duration.ofSeconds(1));
        Call get = Call.of("GET", "/v1/jobs/" + accepted.get("job_id")).withKey(key);
        Map<String, Object> job = Json.of(world.engine().call(get).text()).asMap();
        List<Map<?, ?>> outcomes = new ArrayList<>();
        for (Object outcome : (List<?>) ((Map<?, ?>) job.get("result")).get("outcomes")) {
            outcomes.add((Map<?, ?>) outcome);
        }
        return outcomes;
    }
}
