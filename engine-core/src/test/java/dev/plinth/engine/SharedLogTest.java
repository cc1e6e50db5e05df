package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.log.Leader;
import dev.plinth.engine.log.SharedMemoryLog;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests an engine that keeps everything in a shared log. */
class SharedLogTest {
    private static final String ADMIN_TOKEN = "shared-log-admin-token";

    private final SharedMemoryLog log = new SharedMemoryLog();

    @TempDir
    private Path directory;

    private Path keyFile;

    @BeforeEach
    void nameKeyFile() {
        keyFile = directory.resolve("secret.key");
    }

    @Test
    void open_afterAClose_hasEverythingThatWasAcknowledged() {
        String key;
        String id;
        try (Engine engine = open()) {
            key = newKey(engine);
            id = TestEngine.id(post(engine, key, "k1"));
        }

        try (Engine engine = open()) {
            assertThat(engine.call(Call.of("GET", "/v1/resources/" + id).withKey(key))
                            .status())
                    .isEqualTo(200);
            assertThat(post(engine, key, "k1").header("Idempotent-Replayed")).isEqualTo("true");
            assertThat(TestEngine.id(post(engine, key, "k2"))).isNotEqualTo(id);
        }
    }

    @Test
    void open_whileAnotherEngineReigns_isRefusedAndNamesIt() {
        try (Engine engine = open()) {
            String leader = log.leader().map(Leader::node).orElseThrow().id();

            assertThatThrownBy(this::open)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("Expected to reign over the log, but node " + leader
                            + " does; stop that node, or wait for the end of its lease.");

            assertThat(post(engine, newKey(engine), "k").status()).isEqualTo(201);
        }
        assertThat(log.leader()).isEmpty();
    }

    @Test
    void takeover_ofAnExpiredLease_fencesTheEarlierEngineAndKeepsWhatItAcknowledged() {
        try (Engine first = open()) {
            String key = newKey(first);
            String id = TestEngine.id(post(first, key, "k1"));
            log.expireLease();

            try (Engine second = open()) {
                Reply refused = post(first, key, "k2");
                assertThat(refused.status()).isEqualTo(503);
                assertThat(first.isWritable()).isFalse();
                assertThat(second.call(Call.of("GET", "/v1/resources/" + id).withKey(key))
                                .status())
                        .isEqualTo(200);
                assertThat(post(second, key, "k2").header("Idempotent-Replayed"))
                        .isNull();
                assertThat(post(second, key, "k1").header("Idempotent-Replayed"))
                        .isEqualTo("true");
            }
        }
    }

    @Test
    void append_unknownAndApplied_isRememberedByTheNextReign() {
        String key;
        try (Engine engine = open()) {
            key = newKey(engine);
            log.resolve(false);
            log.failAppend(1, SharedMemoryLog.AppendFault.UNKNOWN_AND_APPLIED);

            Reply unknown = post(engine, key, "k1");
            assertThat(unknown.status()).isEqualTo(503);
            assertThat(unknown.text()).contains("\"code\":\"outcome_unknown\"");
        }
        log.expireLease();

        try (Engine engine = open()) {
            assertThat(post(engine, key, "k1").header("Idempotent-Replayed")).isEqualTo("true");
        }
    }

    @Test
    void open_withAnotherKeyFile_isRefused() {
        open().close();
        keyFile = directory.resolve("another.key");

        assertThatThrownBy(this::open).isInstanceOf(IllegalStateException.class).hasMessageContaining("missing");
        assertThat(log.leader()).isEmpty();
    }

    @Test
    void builder_settingsThatDoNotGoWithALog_areRefused() {
        assertThatThrownBy(() -> Engine.builder().log(log).check()).hasMessageContaining("secretKeyFile");
        assertThatThrownBy(() -> builder().directory(directory).check()).hasMessageContaining("no directory");
        assertThatThrownBy(() -> builder().quickRestart(directory).check()).hasMessageContaining("quickRestart");
    }

    private Engine open() {
        return builder().open();
    }

    private EngineBuilder builder() {
        return Engine.builder().log(log).secretKeyFile(keyFile).adminToken(ADMIN_TOKEN);
    }

    private static String newKey(Engine engine) {
        String workspace =
                engine.admin().createWorkspace("acme", "business").call().id();
        return engine.admin().createKey(workspace, "k").call().secret().orElseThrow();
    }

    private static Reply post(Engine engine, String key, String idempotencyKey) {
        return engine.call(Call.of("POST", "/v1/resources")
                .withKey(key)
                .withHeader("Idempotency-Key", idempotencyKey)
                .withBody(Json.of("{\"name\":\"n\"}")));
    }
}
