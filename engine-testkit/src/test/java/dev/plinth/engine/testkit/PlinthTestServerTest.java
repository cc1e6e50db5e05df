package dev.plinth.engine.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.log.Node;
import dev.plinth.engine.settings.SeededIds;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The engine for tests as a class of its own, without a test framework around it. */
final class PlinthTestServerTest {
    private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");
    private static final String RESOURCES = "/v1/resources";

    private final List<String> ran = new ArrayList<>();
    private final PlinthTestServer plinth = PlinthTestServer.builder()
            .plan("pro")
            .startingAt(START)
            .seed(7)
            .engine(engine -> engine.jobHandler("note", job -> {
                ran.add(job.input().toString());
                return Json.EMPTY_OBJECT;
            }))
            .start();

    @AfterEach
    void close() {
        plinth.close();
    }

    @Test
    void accessors_ofOneServer_belongTogether() {
        assertThat(plinth.clock().now()).isEqualTo(START);
        assertThat(plinth.workspace().plan()).isEqualTo("pro");
        assertThat(plinth.client().workspace().call()).isEqualTo(plinth.workspace());
        assertThat(get(plinth.uri(), plinth.apiKey(), RESOURCES)).isEqualTo(200);
        assertThat(get(plinth.uri(), plinth.adminToken(), "/admin/v1/workspaces"))
                .isEqualTo(200);
        assertThat(plinth.sink()).isSameAs(plinth.sink());
    }

    @Test
    void properties_ofTheServer_areItsAddressAndSecrets() {
        Map<String, Object> given = new TreeMap<>();
        plinth.properties("desk.orders", (name, value) -> given.put(name, value.get()));
        assertThat(given)
                .isEqualTo(Map.of(
                        "desk.orders.uri", plinth.uri(),
                        "desk.orders.api-key", plinth.apiKey(),
                        "desk.orders.admin-token", plinth.adminToken()));
    }

    @Test
    void faults_ofTheServer_meetRequestsWithItsKey() {
        plinth.faults().on("GET", RESOURCES).refuseWith503(1);
        assertThat(get(plinth.uri(), plinth.apiKey(), RESOURCES)).isEqualTo(503);
        plinth.faults().assertAllUsed();
    }

    @Test
    void reset_afterUse_leavesNothingButAddressKeyAndClock() {
        URI uri = plinth.uri();
        String key = plinth.apiKey();
        plinth.clock().advance(Duration.ofHours(1));
        plinth.client().resources().create("Left behind").call();
        plinth.client().startJob("note", Json.EMPTY_OBJECT).call();
        plinth.clock().advance(Duration.ofSeconds(1));
        plinth.client()
                .createWebhook(plinth.sink().uri().toString(), "resource.created")
                .call();
        plinth.faults().onAny().times(3).refuseWith500();
        WebhookSink sink = plinth.sink();

        plinth.reset();

        assertThat(plinth.uri()).isEqualTo(uri);
        assertThat(plinth.apiKey()).isEqualTo(key);
        assertThat(plinth.clock().now()).isEqualTo(START.plusSeconds(3_601));
        assertThat(get(uri, key, RESOURCES)).isEqualTo(200);
        assertThat(plinth.client().resources().list().call().data()).isEmpty();
        assertThat(plinth.client().jobs().call().data()).isEmpty();
        assertThat(plinth.client().webhooks().list().call().data()).isEmpty();
        assertThat(plinth.engine().admin().workspaces().call().data()).containsExactly(plinth.workspace());
        assertThat(plinth.sink()).isNotSameAs(sink);
        plinth.faults().assertAllUsed();
        assertThat(ran).hasSize(1);
    }

    @Test
    void reset_manyTimes_keepsTheKeyWhateverWasMadeMeanwhile() {
        String key = plinth.apiKey();
        for (int i = 0; i < 3; i++) {
            plinth.client().keys().create("another").call();
            plinth.reset();
            assertThat(plinth.apiKey()).isEqualTo(key);
        }
    }

    @Test
    void reset_idsOfTheHost_saysWhyTheKeyChanged() {
        try (PlinthTestServer own = PlinthTestServer.builder()
                .engine(engine -> engine.ids(new SeededIds(3)))
                .start()) {
            assertThatIllegalStateException().isThrownBy(own::reset).withMessageContaining("EngineBuilder.ids");
        }
    }

    /** The workspace of the test cannot be suspended then, which is told, and all else is closed. */
    @Test
    void close_overALogThatIsCutOff_closesServerAndEngine(@TempDir Path directory) throws IOException {
        Path secretKey = Files.write(directory.resolve("key"), new byte[32]);
        SharedMemoryConnection connection = new SharedMemoryLog().connect();
        PlinthTestServer cut = PlinthTestServer.builder()
                .engine(engine -> engine.log(connection).node(new Node("test")).secretKeyFile(secretKey))
                .start();
        URI uri = cut.uri();
        String key = cut.apiKey();
        connection.link(SharedMemoryConnection.Link.CUT);

        assertThatThrownBy(cut::close).isInstanceOf(PlinthException.class);

        assertThatThrownBy(() -> get(uri, key, RESOURCES)).hasCauseInstanceOf(ConnectException.class);
        assertThatThrownBy(() -> cut.engine().client(key).workspace().call()).isInstanceOf(PlinthException.class);
    }

    @Test
    void reset_afterClose_isRefused() {
        plinth.close();
        assertThatIllegalStateException().isThrownBy(plinth::reset).withMessageContaining("shutting_down");
    }

    @Test
    void close_beforeAddressAndSinkWereUsed_opensNoneLater() {
        plinth.close();
        assertThatIllegalStateException().isThrownBy(plinth::uri).withMessageContaining("closed");
        assertThatIllegalStateException().isThrownBy(plinth::sink).withMessageContaining("closed");
    }

    @Test
    void close_twice_leavesNothingThatAnswers() {
        URI uri = plinth.uri();
        plinth.close();
        plinth.close();
        assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(() -> get(uri, plinth.apiKey(), RESOURCES));
    }

    @Test
    void start_unknownPlan_isRefused() {
        assertThatExceptionOfType(PlinthException.class)
                .isThrownBy(() -> PlinthTestServer.builder().plan("gold").start())
                .withMessageContaining("/plan");
    }

    @Test
    void seed_ofTwoServers_givesTheSameKey() {
        try (PlinthTestServer same = PlinthTestServer.builder().seed(7).start();
                PlinthTestServer other = PlinthTestServer.builder().seed(8).start()) {
            assertThat(same.apiKey()).isEqualTo(plinth.apiKey());
            assertThat(other.apiKey()).isNotEqualTo(plinth.apiKey());
        }
    }

    private static int get(URI uri, String secret, String path) {
        return Door.overHttp(uri).get(secret, path).status();
    }
}
