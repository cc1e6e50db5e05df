package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.log.Node;
import dev.plinth.engine.log.NodeRole;
import dev.plinth.engine.settings.GraceTimes;
import dev.plinth.engine.testkit.SharedMemoryConnection;
import dev.plinth.engine.testkit.SharedMemoryConnection.Link;
import dev.plinth.engine.testkit.SharedMemoryLog;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests what a leader tells of itself while its log does not answer. */
final class LogOutageTest {
    private static final String TOKEN = "log-outage-test-admin-token";

    private final SharedMemoryLog log = new SharedMemoryLog();
    private final SharedMemoryConnection connection = log.connect();

    @TempDir
    private Path directory;

    private Engine leader;

    @BeforeEach
    void open() {
        leader = open(connection);
    }

    @AfterEach
    void close() {
        connection.link(Link.UP);
        leader.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"FROZEN", "FROZEN_BACK"})
    void leader_whoseLogDoesNotAnswer_tellsSoAtOnce(Link link) {
        assertThat(get("/health/ready").status()).isEqualTo(200);
        connection.link(link);
        CompletableFuture<Reply> write = leader.submit(create());

        for (String path : new String[] {"/health/ready", "/health/leader", "/health/ready"}) {
            Reply reply = get(path);
            assertThat(reply.status()).as(path).isEqualTo(503);
            assertThat(reply.text())
                    .contains("\"status\":\"unconfirmed\"", "\"role\":\"leader\"", "\"epoch\":1")
                    .containsPattern("The log has not confirmed for \\d+ s that this node leads");
        }
        assertThat(get("/health/live").status()).isEqualTo(200);
        assertThat(get("/metrics").text()).contains("plinth_node_role{role=\"leader\"} 1");
        assertThat(write).isNotDone();

        connection.link(Link.UP);
        Patience.until(() -> get("/health/ready").status() == 200);
        assertThat(get("/health/leader").status()).isEqualTo(200);
        assertThat(write.join().status()).isEqualTo(201);
    }

    @Test
    void leader_thatDrainsWhileItsLogDoesNotAnswer_refusesProbesAtOnce() {
        connection.link(Link.FROZEN);
        leader.beginDrain();

        assertThat(get("/health/ready").status()).isEqualTo(503);
        assertThat(get("/health/leader").text()).contains("shutting_down");
    }

    @Test
    void close_whileTheLogDoesNotAnswer_givesItUpAndLosesNothingAcknowledged() {
        String id = TestEngine.id(leader.call(create()));
        connection.link(Link.FROZEN);
        CompletableFuture<Reply> write = leader.submit(create());
        Patience.until(() -> connection.waiting() > 0);

        leader.close();

        assertThat(write.join().text()).contains("\"code\":\"outcome_unknown\"");
        assertThat(connection.waiting()).isZero();
        leader.close();
        try (Engine next = open(log.connect())) {
            assertThat(next.role()).isEqualTo(NodeRole.LEADER);
            assertThat(next.call(asAdmin(Call.of("GET", "/admin/v1/workspaces/" + id)))
                            .status())
                    .isEqualTo(200);
        }
    }

    private Engine open(SharedMemoryConnection to) {
        return Engine.builder()
                .log(to)
                .node(new Node("a", Optional.empty()))
                .secretKeyFile(directory.resolve("secret.key"))
                .adminToken(TOKEN)
                .grace(new GraceTimes(Duration.ofSeconds(1), Duration.ofSeconds(8)))
                .open();
    }

    private static Call create() {
        return asAdmin(Call.of("POST", "/admin/v1/workspaces"))
                .withBody(Json.of("{\"name\":\"acme\",\"plan\":\"business\"}"));
    }

    private static Call asAdmin(Call call) {
        return call.withHeader("Authorization", "Bearer " + TOKEN);
    }

    private Reply get(String path) {
        CompletableFuture<Reply> reply = leader.submit(Call.of("GET", path));
        Patience.until(reply::isDone);
        return reply.join();
    }
}
