package dev.plinth.engine.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.Engine;
import dev.plinth.engine.api.ApiKey;
import dev.plinth.engine.api.Resource;
import dev.plinth.engine.api.Workspace;
import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.http.EngineServer;
import dev.plinth.engine.settings.ManualClock;
import java.time.Instant;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tests what the extension hands to whom, and for how long. */
final class PlinthExtensionTest {
    private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");

    @RegisterExtension
    static final PlinthExtension PLINTH =
            PlinthExtension.builder().plan("pro").startingAt(START).seed(7).build();

    /** Asked for before any test, as an application context does. */
    private static final PlinthServer ADDRESS_AND_KEY =
            new PlinthServer(PLINTH.uri(), PLINTH.apiKey(), PLINTH.adminToken());

    private static Engine ofTheClass;

    private WebhookSink ofTheTest;

    @BeforeAll
    static void open(Engine engine) {
        ofTheClass = engine;
    }

    @BeforeEach
    void open(WebhookSink sink) {
        ofTheTest = sink;
    }

    @RepeatedTest(2)
    void workspace_ofEveryTest_isItsOwn(PlinthClient client) {
        assertThat(client.resources().list().call().data()).isEmpty();
        client.resources().create("Left behind").call();
    }

    @Test
    void parameters_ofOneTest_belongTogether(
            Engine engine,
            ManualClock clock,
            PlinthClient client,
            Workspace workspace,
            ApiKey key,
            EngineServer http,
            PlinthServer server,
            WebhookSink sink) {
        assertThat(engine).isSameAs(ofTheClass);
        assertThat(clock.now()).isEqualTo(START);
        assertThat(client.workspace().call()).isEqualTo(workspace);
        assertThat(workspace.plan()).isEqualTo("pro");
        assertThat(key.secret()).contains(server.apiKey());
        assertThat(server.uri()).isEqualTo(http.uri());
        assertThat(sink).isSameAs(ofTheTest);
        assertThat(server.toString()).doesNotContain(server.apiKey(), server.adminToken());
    }

    @Test
    void serverAndClient_ofOneTest_seeTheSameWorkspace(PlinthServer server, PlinthClient client) {
        Resource resource = client.resources().create("R").call();
        assertThat(Door.overHttp(server.uri())
                        .get(server.apiKey(), "/v1/resources/" + resource.id())
                        .status())
                .isEqualTo(200);
    }

    @Test
    void workspace_afterItsTest_startsNothingAnyMore() {
        try (PlinthTestServer server = PlinthTestServer.start()) {
            TestWorkspace workspace = new TestWorkspace(server, "t");
            String id = workspace.workspace().id();
            workspace.close();
            assertThat(server.engine().admin().workspace(id).call().suspended()).isTrue();
        }
    }

    @Test
    void accessors_ofTheExtension_belongToOneWorkspaceBesideThoseOfTheTests(PlinthServer server, PlinthClient client) {
        assertThat(PLINTH.engine()).isSameAs(ofTheClass);
        assertThat(PLINTH.uri()).isEqualTo(server.uri());
        assertThat(PLINTH.adminToken()).isEqualTo(server.adminToken());
        assertThat(PLINTH.apiKey()).isEqualTo(ADDRESS_AND_KEY.apiKey()).isNotEqualTo(server.apiKey());

        Resource made = PLINTH.client().resources().create("Of the class").call();

        assertThat(PLINTH.client().workspace().call()).isEqualTo(PLINTH.workspace());
        assertThat(PLINTH.client().resources().get(made.id()).call()).isEqualTo(made);
        assertThat(client.resources().list().call().data()).isEmpty();
    }

    @Nested
    final class Inner {
        @Test
        void engine_ofANestedClass_isThatOfTheOuterOne(Engine engine) {
            assertThat(engine).isSameAs(ofTheClass);
        }
    }
}
