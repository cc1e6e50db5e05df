package dev.plinth.engine.benchmarks;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.common.ConsoleNotifier;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import dev.plinth.engine.Engine;
import dev.plinth.engine.EngineBuilder;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.http.EngineServer;
import dev.plinth.engine.settings.Tables;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;

/**
 * The servers that {@link HttpFigures} drives, each in a process of its own. They are the engine's, a bare Jetty, which
 * is the limit of any server on it, and WireMock. The latter two answer with fixed bytes of the engine.
 */
final class HttpServers {
    static final String PLINTH = "plinth";
    static final String PLINTH_OFF_HEAP = "plinth off-heap";
    static final String JETTY = "Jetty";
    static final String WIREMOCK = "WireMock";

    private static final String LOOPBACK = "127.0.0.1";
    private static final int ROOM = 8_000_000;

    private HttpServers() {}

    /** Serves for ever. */
    static void serve(String kind, int port, Path answers) throws Exception {
        switch (kind) {
            case PLINTH -> plinth(Engine.builder(), port);
            case PLINTH_OFF_HEAP ->
                plinth(Engine.builder().tables(Tables.OFF_HEAP).maxResources(ROOM), port);
            case JETTY -> jetty(port, FixedAnswer.read(answers, "create"), FixedAnswer.read(answers, "get"));
            case WIREMOCK ->
                wireMock(port, FixedAnswer.read(answers, "create"), FixedAnswer.read(answers, "get"))
                        .start();
            default -> throw new IllegalArgumentException("Expected a server, but got " + kind);
        }
        Thread.currentThread().join();
    }

    private static void plinth(EngineBuilder builder, int port) {
        EngineServer unused = EngineServer.start(new BenchedEngine(builder.inMemory(), 1).engine(), LOOPBACK, port);
    }

    /**
     * Makes WireMock as its documentation recommends for load: no journal of requests, no log of each stub met, no
     * compression.
     */
    static WireMockServer wireMock(int port, Reply create, Reply get) {
        WireMockServer server = new WireMockServer(WireMockConfiguration.wireMockConfig()
                .bindAddress(LOOPBACK)
                .port(port)
                .disableRequestJournal()
                .stubRequestLoggingDisabled(true)
                .gzipDisabled(true)
                .notifier(new ConsoleNotifier(false)));
        String location = Objects.requireNonNull(create.header("Location"));
        server.stubFor(post(urlEqualTo("/v1/resources")).willReturn(response(create)));
        server.stubFor(get(urlEqualTo(location)).willReturn(response(get)));
        return server;
    }

    private static ResponseDefinitionBuilder response(Reply reply) {
        ResponseDefinitionBuilder response =
                aResponse().withStatus(reply.status()).withBody(reply.body());
        reply.headers().forEach((name, value) -> response.withHeader(name, value));
        return response;
    }

    private static void jetty(int port, Reply create, Reply get) throws Exception {
        Server server = new Server();
        HttpConfiguration configuration = new HttpConfiguration();
        configuration.setSendServerVersion(false);
        ServerConnector connector = new ServerConnector(
                server, 1, Runtime.getRuntime().availableProcessors(), new HttpConnectionFactory(configuration));
        connector.setHost(LOOPBACK);
        connector.setPort(port);
        server.addConnector(connector);
        server.setHandler(new Fixed(create, get));
        server.start();
    }

    /** Reads the body and answers. */
    private static final class Fixed extends Handler.Abstract.NonBlocking {
        private final Reply create;
        private final Reply get;

        Fixed(Reply create, Reply get) {
            this.create = create;
            this.get = get;
        }

        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            if (request.getMethod().equals("GET")) {
                write(get, response, callback);
            } else {
                Content.Source.consumeAll(
                        request, Callback.from(() -> write(create, response, callback), callback::failed));
            }
            return true;
        }

        private static void write(Reply reply, Response response, Callback callback) {
            response.setStatus(reply.status());
            reply.headers().forEach(response.getHeaders()::add);
            response.getHeaders().put(HttpHeader.CONTENT_LENGTH, reply.body().length);
            response.write(true, ByteBuffer.wrap(reply.body()), callback);
        }
    }

    /** Returns the kinds of servers. */
    static List<String> all() {
        return List.of(JETTY, PLINTH_OFF_HEAP, WIREMOCK);
    }
}
