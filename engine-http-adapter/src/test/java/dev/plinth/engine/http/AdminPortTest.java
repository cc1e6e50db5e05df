package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.log.postgres.server.FreePorts;
import java.io.IOException;
import java.net.URI;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The operator's routes have a port of their own where one is asked for, and are not known on the other. */
class AdminPortTest {
    private final LiveServer live = LiveServer.start();
    private EngineServer server;

    private void start(UnaryOperator<EngineServerBuilder> setup) {
        server = setup.apply(EngineServer.builder(live.engine()).port(0)).start();
    }

    @AfterEach
    void stop() {
        server.close();
        live.close();
    }

    private static int status(URI where, String method, String path) throws IOException {
        try (RawClient client = new RawClient(where.getPort())) {
            return client.send(method + " " + path + " HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer "
                            + LiveServer.ADMIN_TOKEN + "\r\n\r\n")
                    .read(method)
                    .status();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /admin/v1/workspaces, 404, 200",
        "DELETE, /admin/v1/workspaces, 404, 405",
        "GET, /%61dmin/v1/workspaces, 404, 404",
        "GET, /admin/v1/clock, 404, 200",
        "GET, /metrics, 404, 200",
        "HEAD, /metrics, 404, 200",
        "POST, /metrics, 404, 405",
        "GET, /health/live, 200, 200",
        "GET, /health/ready, 200, 200",
        "GET, /v1/workspace, 401, 404",
        "GET, /openapi.json, 200, 404",
        "GET, /, 200, 404"
    })
    void route_isOnItsOwnPort(String method, String path, int onPort, int onAdminPort) throws IOException {
        start(builder -> builder.adminPort(0));

        assertThat(status(server.uri(), method, path)).isEqualTo(onPort);
        assertThat(status(server.adminUri(), method, path)).isEqualTo(onAdminPort);
    }

    @Test
    void health_isOnTheAdminPortAlone_ifAskedFor() throws IOException {
        start(builder -> builder.adminPort(0).adminHealth());

        assertThat(status(server.uri(), "GET", "/health/ready")).isEqualTo(404);
        assertThat(status(server.adminUri(), "GET", "/health/ready")).isEqualTo(200);
    }

    @Test
    void onePort_servesAll_unlessAskedFor() throws IOException {
        start(builder -> builder);

        assertThat(server.adminUri()).isEqualTo(server.uri());
        assertThat(status(server.uri(), "GET", "/admin/v1/workspaces")).isEqualTo(200);
        assertThat(status(server.uri(), "GET", "/metrics")).isEqualTo(200);
        assertThat(status(server.uri(), "GET", "/%61dmin/v1/workspaces")).isEqualTo(404);
    }

    @Test
    void close_closesBothPorts() throws IOException {
        start(builder -> builder.adminPort(0));
        int port = server.adminUri().getPort();
        assertThat(status(server.adminUri(), "GET", "/health/live")).isEqualTo(200);

        server.close();

        assertThatThrownBy(() -> new RawClient(port)).isInstanceOf(IOException.class);
    }

    @Test
    void adminPort_inUse_isNamed() {
        start(builder -> builder);
        int port = server.port();

        assertThatThrownBy(() -> EngineServer.builder(live.engine())
                        .port(0)
                        .adminPort(port)
                        .start())
                .hasMessageContaining("127.0.0.1:" + port);
    }

    @Test
    void adminPort_inUse_leavesTheOtherPortFree() throws IOException {
        start(builder -> builder);
        int port = FreePorts.find();
        EngineServerBuilder builder = EngineServer.builder(live.engine()).port(port);
        assertThatThrownBy(() -> builder.adminPort(server.port()).start())
                .hasMessageContaining("127.0.0.1:" + server.port());

        try (EngineServer again = builder.adminPort(0).start()) {
            assertThat(again.port()).isEqualTo(port);
        }
    }

    @Test
    void adminHost_withoutAnAdminPort_isRefused() {
        start(builder -> builder);

        assertThatThrownBy(() -> EngineServer.builder(live.engine())
                        .adminHost("127.0.0.1")
                        .start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("adminHost needs an adminPort");
    }

    @Test
    void adminHealth_withoutAnAdminPort_isRefused() {
        start(builder -> builder);

        assertThatThrownBy(
                        () -> EngineServer.builder(live.engine()).adminHealth().start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("adminPort");
    }
}
