package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.log.Node;
import dev.plinth.engine.testkit.SharedMemoryConnection;
import dev.plinth.engine.testkit.SharedMemoryConnection.Link;
import dev.plinth.engine.testkit.SharedMemoryLog;
import java.nio.file.Path;
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

    private final SharedMemoryConnection connection = new SharedMemoryLog().connect();

    @TempDir
    private Path directory;

    private Engine leader;

    @BeforeEach
    void open() {
        leader = Engine.builder()
                .log(connection)
                .node(new Node("a", Optional.empty()))
                .secretKeyFile(directory.resolve("secret.key"))
                .adminToken(TOKEN)
                .open();
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
        CompletableFuture<Reply> write = leader.submit(Call.of("POST", "/admin/v1/workspaces")
                .withHeader("Authorization", "Bearer " + TOKEN)
                .withBody(Json.of("{\"name\":\"acme\",\"plan\":\"business\"}")));

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

    private Reply get(String path) {
        CompletableFuture<Reply> reply = leader.submit(Call.of("GET", path));
        Patience.until(reply::isDone);
        return reply.join();
    }
}
