package dev.plinth.engine.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.Engine;
import dev.plinth.engine.PlinthClient;
import dev.plinth.engine.api.ApiKey;
import dev.plinth.engine.api.ManualClock;
import dev.plinth.engine.api.Resource;
import dev.plinth.engine.api.Workspace;
import dev.plinth.engine.http.HttpServer;
import java.time.Instant;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the extension hands to whom, and for how long. */
final class PlinthExtensionTest {
    private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");

    @RegisterExtension
    static final PlinthExtension PLINTH =
            PlinthExtension.builder().plan("pro").startingAt(START).seed(7).build();

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
            HttpServer http,
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
    void seed_ofTwoEngines_givesTheSameIds() {
        try (TestEngine one = TestEngine.open(START, 7, null);
                TestEngine two = TestEngine.open(START, 7, null);
                TestEngine other = TestEngine.open(START, 8, null)) {
            ApiKey key = TestWorkspace.create(one, "pro", "t").key();
            assertThat(TestWorkspace.create(two, "pro", "t").key()).isEqualTo(key);
            assertThat(TestWorkspace.create(other, "pro", "t").key()).isNotEqualTo(key);
        }
    }

    @Test
    void workspace_afterItsTest_startsNothingAnyMore() {
        try (TestEngine engine = TestEngine.open(START, 7, null)) {
            TestWorkspace workspace = TestWorkspace.create(engine, "pro", "t");
            workspace.close();
            assertThat(engine.engine()
                            .admin()
                            .workspace(workspace.workspace().id())
                            .call()
                            .suspended())
                    .isTrue();
        }
    }

    @Nested
    final class Inner {
        @Test
        void engine_ofANestedClass_isThatOfTheOuterOne(Engine engine) {
            assertThat(engine).isSameAs(ofTheClass);
        }
    }
}
