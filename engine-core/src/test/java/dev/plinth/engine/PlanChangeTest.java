package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Used units come back by the new plan from the moment of the change on, whether anybody looks at it then or not. */
final class PlanChangeTest {
    private final TestEngine store = TestEngine.inMemory();
    private String workspace;

    @BeforeEach
    void open() {
        workspace = store.newWorkspace("acme");
        store.use(store.newKey(workspace));
    }

    @AfterEach
    void close() {
        store.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void plan_smallerThanWhatWasUsed_unitsComeBackByTheNewOne(boolean looks) {
        change("pro");
        use(600);
        change("starter");
        if (looks) {
            assertThat(remaining()).isZero();
        }
        store.pass(Duration.ofSeconds(20));

        assertThat(remaining()).isEqualTo(20);
        use(20);
        assertThat(store.status("/v1/resources")).isEqualTo(429);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void plan_larger_unitsComeBackByTheNewOne(boolean looks) {
        change("starter");
        use(60);
        change("pro");
        if (looks) {
            assertThat(remaining()).isEqualTo(540);
        }
        store.pass(Duration.ofSeconds(3));

        assertThat(remaining()).isEqualTo(570);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void plan_smallerAndLargerAgain_whatWasCutStaysCut(boolean looks) {
        use(160);
        change("starter");
        if (looks) {
            assertThat(remaining()).isZero();
        }
        change("business");

        assertThat(remaining()).isEqualTo(5940);
    }

    private void change(String plan) {
        assertThat(store.engine()
                        .call(Call.of("PATCH", "/admin/v1/workspaces/" + workspace)
                                .withKey(store.adminToken())
                                .withBody(Json.of("{\"plan\":\"" + plan + "\"}")))
                        .status())
                .isEqualTo(200);
    }

    private void use(int units) {
        for (int i = 0; i < units; i++) {
            assertThat(store.status("/v1/resources")).isEqualTo(200);
        }
    }

    private int remaining() {
        String header = store.call("GET", "/v1/rate-limit").headers().getOrDefault("RateLimit", "");
        return Integer.parseInt(header.replaceAll(".*r=(\\d+).*", "$1"));
    }
}
