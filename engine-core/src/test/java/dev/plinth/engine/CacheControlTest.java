package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import org.junit.jupiter.api.Test;

/** Only a read with an entity tag may be kept, and only by the caller; all else never (contract §3). */
final class CacheControlTest {
    @Test
    void answers_withAnEntityTag_keptOnlyWhenRead() {
        try (Engine engine = Engine.inMemory()) {
            String workspace =
                    engine.admin().createWorkspace("acme", "pro").call().id();
            String key =
                    engine.admin().createKey(workspace, "k").call().secret().orElseThrow();
            String path = "/v1/resources/"
                    + engine.client(key).resources().create("one").call().id();

            assertThat(cacheControl(engine, Call.of("GET", path).withKey(key))).isEqualTo("private, no-cache");
            assertThat(cacheControl(engine, Call.of("GET", path).withKey(key).withHeader("If-None-Match", "\"v1\"")))
                    .isEqualTo("private, no-cache");
            assertThat(cacheControl(engine, Call.of("POST", path + "/pause").withKey(key)))
                    .isEqualTo("no-store");
            assertThat(cacheControl(
                            engine, Call.of("PATCH", path).withKey(key).withBody(Json.of("{\"name\":\"two\"}"))))
                    .isEqualTo("no-store");
        }
    }

    private static String cacheControl(Engine engine, Call call) {
        return String.valueOf(engine.call(call).header("Cache-Control"));
    }
}
