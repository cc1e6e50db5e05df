package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.settings.Durability;
import dev.plinth.engine.settings.IdSource;
import dev.plinth.engine.settings.ManualClock;
import dev.plinth.engine.settings.Plan;
import dev.plinth.engine.settings.SeededIds;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests a source of ids that repeats itself: no row takes the place of another one. */
@Timeout(300)
@Tag("scaled")
final class TakenIdsTest {
    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
    private static final Pattern ID = Pattern.compile("\"(?:id|job_id)\":\"([a-z]+_[0-9a-z]{26})\"");

    @TempDir
    private Path directory;

    /** Gives the last id of one kind, or the last secret, a second time on demand. */
    private static final class Repeating implements IdSource {
        private final SeededIds ids = new SeededIds(7);
        private final Map<String, Bits> last = new HashMap<>();
        private final Map<Integer, byte[]> lastSecrets = new HashMap<>();
        private String repeated = "";

        @Override
        public synchronized Bits next(String kind, long epochMillis) {
            Bits known = last.get(kind);
            if (kind.equals(repeated) && known != null) {
                return known;
            }
            Bits next = ids.next(kind, epochMillis);
            last.put(kind, next);
            return next;
        }

        @Override
        public synchronized void fillSecret(byte[] target) {
            byte[] known = lastSecrets.get(target.length);
            if (repeated.equals("secret") && known != null) {
                System.arraycopy(known, 0, target, 0, target.length);
                return;
            }
            ids.fillSecret(target);
            lastSecrets.put(target.length, target.clone());
        }

        synchronized void repeat(String kind) {
            repeated = kind;
        }
    }

    @Test
    void directory_openedAgainWithTheSameIds_losesNoRow() {
        int creates = TestScale.count(500, 10_000, 10_000);
        String first;
        Set<String> before = new HashSet<>();
        try (Engine engine = anew()) {
            String workspace =
                    engine.admin().createWorkspace("first", "unlimited").call().id();
            first = engine.admin().createKey(workspace, "k").call().secret().orElseThrow();
            for (int i = 0; i < creates; i++) {
                before.add(id(create(engine, first, "before " + i)));
            }
        }

        try (Engine engine = anew()) {
            assertThatThrownBy(() -> engine.admin()
                            .createWorkspace("second", "unlimited")
                            .call())
                    .hasMessageContaining(
                            "The source of ids gave an id or a secret that another row in the table of workspaces"
                                    + " has; nothing was changed. Use an IdSource that never repeats itself.");
            int refused = 0;
            for (int i = 0; i < creates; i++) {
                Reply reply = create(engine, first, "after " + i);
                refused += reply.status() == 500 ? 1 : 0;
                assertThat(reply.status()).isIn(201, 500);
            }

            assertThat(refused).isPositive();
            assertThat(engine.call(Call.of("GET", "/v1/workspace").withKey(first))
                            .text())
                    .contains("\"name\":\"first\"");
            for (String id : before) {
                assertThat(engine.call(Call.of("GET", "/v1/resources/" + id).withKey(first))
                                .text())
                        .contains("\"name\":\"before ");
            }
            assertThat(engine.call(Call.of("GET", "/health/ready")).text())
                    .contains("The source of ids has repeated itself, and " + (refused + 1) + " changes were refused");
            assertThat(engine.call(Call.of("GET", "/metrics")).text())
                    .contains("\nplinth_taken_ids_total " + (refused + 1) + "\n");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ws", "key", "secret", "res", "sub", "job", "evt", "we", "dlv"})
    void id_givenTwice_isRefusedAndChangesNothing(String kind) {
        Repeating ids = new Repeating();
        try (Engine engine = Engine.builder()
                .clock(ManualClock.startingAt(BEGIN))
                .ids(ids)
                .webhookAllow("127.0.0.0/8")
                .open()) {
            String workspace =
                    engine.admin().createWorkspace("first", "business").call().id();
            String key =
                    engine.admin().createKey(workspace, "k").call().secret().orElseThrow();
            String resource = id(create(engine, key, "parent"));
            post(engine, key, "/v1/resources/" + resource + "/children", "{\"name\":\"c\"}");
            post(engine, key, "/v1/webhook-endpoints", "{\"url\":\"http://127.0.0.1:9/\"}");
            post(engine, key, "/v1/events", "{\"type\":\"a.b\",\"data\":{}}");
            post(engine, key, "/v1/jobs", "{\"type\":\"send\",\"input\":{}}");
            String listed = all(engine, key);
            ids.repeat(kind);

            Reply refused = switch (kind) {
                case "ws" ->
                    engine.call(Call.of("POST", "/admin/v1/workspaces")
                            .withKey(engine.newAdminToken().orElseThrow())
                            .withBody(Json.of("{\"name\":\"second\"}")));
                case "key", "secret" -> post(engine, key, "/v1/keys", "{\"name\":\"second\"}");
                case "res" -> post(engine, key, "/v1/resources", "{\"name\":\"second\"}");
                case "sub" -> post(engine, key, "/v1/resources/" + resource + "/children", "{\"name\":\"second\"}");
                case "job" -> post(engine, key, "/v1/jobs", "{\"type\":\"send\",\"input\":{\"n\":2}}");
                case "we" -> post(engine, key, "/v1/webhook-endpoints", "{\"url\":\"http://127.0.0.1:9/two\"}");
                default -> post(engine, key, "/v1/events", "{\"type\":\"a.c\",\"data\":{}}");
            };

            assertThat(refused.status()).as(refused.text()).isEqualTo(500);
            assertThat(refused.text()).contains("\"internal_error\"", "nothing was changed", "never repeats itself");
            assertThat(all(engine, key)).isEqualTo(listed);
            ids.repeat("");
            assertThat(create(engine, key, "goes on").status()).isEqualTo(201);
        }
    }

    @Test
    void id_givenTwiceInABatch_isRefused() {
        Repeating ids = new Repeating();
        try (Engine engine =
                Engine.builder().clock(ManualClock.startingAt(BEGIN)).ids(ids).open()) {
            String workspace =
                    engine.admin().createWorkspace("first", "business").call().id();
            String key =
                    engine.admin().createKey(workspace, "k").call().secret().orElseThrow();
            create(engine, key, "one");
            ids.last.clear();
            String create = "{\"method\":\"POST\",\"path\":\"/v1/resources\",\"body\":{\"name\":\"n\"}}";
            String batch = "{\"operations\":[" + create + "," + create + "]}";
            ids.repeat("res");

            Reply reply = post(engine, key, "/v1/batch", batch);

            assertThat(reply.status()).as(reply.text()).isEqualTo(500);
        }
    }

    @Test
    void seededIds_withADirectory_areRefusedAtTheOpening() {
        assertThatThrownBy(() -> Engine.builder()
                        .directory(directory)
                        .ids(new SeededIds(1))
                        .open())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("SeededIds give the same ids after each opening")
                .hasMessageContaining("Leave ids out");
    }

    private Engine anew() {
        return Engine.builder()
                .directory(directory)
                .durability(Durability.OS)
                .clock(ManualClock.startingAt(BEGIN))
                .plan(Plan.perMinute("unlimited", Plan.REQUESTS_MAX))
                .ids(new KeptIds(1)) // anew at each opening
                .open();
    }

    private static Reply create(Engine engine, String key, String name) {
        return post(engine, key, "/v1/resources", "{\"name\":\"" + name + "\"}");
    }

    private static Reply post(Engine engine, String key, String path, String body) {
        return engine.call(Call.of("POST", path).withKey(key).withBody(Json.of(body)));
    }

    /** Returns all that the workspace sees. */
    private static String all(Engine engine, String key) {
        StringBuilder all = new StringBuilder();
        for (String path : new String[] {
            "/v1/workspace", "/v1/keys", "/v1/resources", "/v1/jobs", "/v1/events", "/v1/webhook-endpoints"
        }) {
            all.append(engine.call(Call.of("GET", path).withKey(key)).text());
        }
        return all.toString();
    }

    private static String id(Reply reply) {
        Matcher id = ID.matcher(reply.text());
        assertThat(id.find()).as(reply.text()).isTrue();
        return id.group(1);
    }
}
