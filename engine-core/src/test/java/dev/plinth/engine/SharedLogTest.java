package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.log.Node;
import dev.plinth.engine.log.NodeRole;
import dev.plinth.engine.log.SharedLog;
import dev.plinth.engine.testkit.SharedMemoryConnection;
import dev.plinth.engine.testkit.SharedMemoryLog;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
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
    void open_nodeWithoutALog_isRefused() {
        EngineBuilder alone = Engine.builder().node(new Node("a"));

        assertThatThrownBy(alone::open)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("A node needs the log");
        alone.inMemory().open().close();
    }

    @Test
    void backup_ofANode_namesTheToolForLogs() {
        try (Engine engine = open()) {
            assertThatThrownBy(() -> engine.backup(directory.resolve("copy")))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("LogTools.exportDirectory");
        }
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
    void open_whileAnotherNodeLeads_followsAndNamesTheLeader() {
        try (Engine leader = open("a");
                Engine follower = open("b")) {
            assertThat(leader.role()).isEqualTo(NodeRole.LEADER);
            assertThat(follower.role()).isEqualTo(NodeRole.FOLLOWER);
            String key = newKey(leader);

            Reply refused = post(follower, key, "k");

            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.text()).contains("\"code\":\"not_leader\"", "\"retryable\":true");
            assertThat(refused.header("Retry-After")).isEqualTo("1");
            assertThat(refused.header("Plinth-Node")).isEqualTo("b");
            Patience.until(() -> post(follower, key, "k").header("Plinth-Leader") != null);
            assertThat(post(follower, key, "k").header("Plinth-Leader")).isEqualTo("http://a.example");
            assertThat(follower.leader().orElseThrow().node().id()).isEqualTo("a");
            assertThatThrownBy(
                            () -> follower.client(key).resources().get("res_x").call())
                    .hasMessageContaining("not_leader");
            Patience.until(() -> follower.position().equals(leader.position()));
        }
        assertThat(log.leader()).isEmpty();
    }

    @Test
    void resign_withAFollower_letsItLeadAndFollowsIt() {
        try (Engine first = open("a");
                Engine second = open("b")) {
            String key = newKey(first);
            String id = TestEngine.id(post(first, key, "k1"));
            List<NodeRole> roles = new CopyOnWriteArrayList<>();
            first.onRole(roles::add);

            first.resign();
            Patience.until(() -> second.role() == NodeRole.LEADER);

            assertThat(post(second, key, "k1").header("Idempotent-Replayed")).isEqualTo("true");
            assertThat(TestEngine.id(post(second, key, "k2"))).isNotEqualTo(id);
            Patience.until(
                    () -> first.position().sequence() == second.position().sequence());
            assertThat(post(first, key, "k2").status()).isEqualTo(503);

            Patience.until(() -> {
                if (second.role() == NodeRole.LEADER) {
                    second.resign(); // again, if the first one was too slow to take over
                }
                return first.role() == NodeRole.LEADER;
            });
            assertThat(post(first, key, "k2").header("Idempotent-Replayed")).isEqualTo("true");
            Patience.until(() -> roles.equals(List.of(NodeRole.FOLLOWER, NodeRole.LEADER)));
        }
    }

    @Test
    void leader_thatChangesWhileThisNodeCannotStand_isKnown() {
        AtomicBoolean fails = new AtomicBoolean();
        SharedLog failing = (SharedLog) Proxy.newProxyInstance(
                SharedLog.class.getClassLoader(), new Class<?>[] {SharedLog.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("reign") && fails.get()) {
                        throw new IOException("no connection");
                    }
                    return method.invoke(log, arguments);
                });
        try (Engine first = open("a");
                Engine second = open("b");
                Engine third = builder()
                        .log(failing)
                        .node(new Node("c", Optional.empty()))
                        .open()) {
            assertThat(third.leader().orElseThrow().node().id()).isEqualTo("a");
            fails.set(true);

            first.resign();
            Patience.until(() -> second.role() == NodeRole.LEADER);

            Patience.until(() -> third.leader()
                    .filter(leader -> leader.node().id().equals("b"))
                    .isPresent());
        }
    }

    @Test
    void takeover_ofAnExpiredLease_fencesTheEarlierEngineAndKeepsWhatItAcknowledged() {
        try (Engine first = open()) {
            String key = newKey(first);
            String id = TestEngine.id(post(first, key, "k1"));
            long epoch = first.position().epoch();

            try (Engine second = open()) {
                Patience.until(() -> {
                    log.expireLease(epoch); // again, because a beat of the first one extends it
                    return second.role() == NodeRole.LEADER;
                });
                Reply refused = post(first, key, "k2");
                assertThat(refused.status()).isEqualTo(503);
                assertThat(refused.text()).contains("not_leader");
                Patience.until(() -> first.role() == NodeRole.FOLLOWER);
                assertThat(first.isHealthy()).isTrue();
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
            assertThat(unknown.header("Retry-After")).isEqualTo("1");
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
    void open_withoutAKeyFile_isRefusedAndClosesTheLog() {
        SharedMemoryConnection connection = log.connect();

        assertThatThrownBy(() -> Engine.builder().log(connection).open())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("secretKeyFile");

        assertThatThrownBy(connection::leader).isInstanceOf(IOException.class);
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

    private Engine open(String node) {
        URI url = URI.create("http://" + node + ".example");
        return builder().node(new Node(node, Optional.of(url))).open();
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
