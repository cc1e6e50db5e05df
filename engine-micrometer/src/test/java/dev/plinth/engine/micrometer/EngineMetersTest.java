package dev.plinth.engine.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.Engine;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Figure;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.log.Node;
import dev.plinth.engine.log.NodeRole;
import dev.plinth.engine.testkit.PlinthTestServer;
import dev.plinth.engine.testkit.SharedMemoryLog;
import io.micrometer.core.instrument.Measurement;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The figures of an engine as meters. */
class EngineMetersTest {
    private final PlinthTestServer plinth = PlinthTestServer.builder()
            .engine(builder -> builder.jobHandler("ship", job -> Json.EMPTY_OBJECT))
            .start();
    private final MockClock clock = new MockClock();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry(SimpleConfig.DEFAULT, clock);

    @AfterEach
    void close() {
        plinth.close();
    }

    @Test
    void meters_thatAreReadWhileTheyAreBound_showNoSecondReading() {
        clock.add(Duration.ofSeconds(2)); // a clock at its beginning would make the empty reading look new
        List<Integer> seen = new ArrayList<>();
        registry.config().onMeterAdded(meter -> {
            if (meter.getId().getName().equals("plinth.healthy")) {
                meter.measure().forEach(each -> assertThat(each.getValue()).isOne());
                seen.add(registry.getMeters().size());
            }
        });
        bind();

        assertThat(seen)
                .as("a reading would have registered all others")
                .isNotEmpty()
                .allMatch(size -> size <= 1);
    }

    @Test
    void meters_haveTheValuesOfTheFigures() {
        bind();
        plinth.client().startJob("idle", Json.EMPTY_OBJECT).call();
        plinth.client().startJob("ship", Json.EMPTY_OBJECT).call();
        plinth.clock().advance(Duration.ofSeconds(70));
        clock.add(Duration.ofSeconds(2));

        assertThat(registry.get("plinth.jobs").tag("status", "queued").gauge().value())
                .isEqualTo(1);
        assertThat(registry.get("plinth.jobs.queued.oldest").timeGauge().value(TimeUnit.SECONDS))
                .isEqualTo(70);
        assertThat(registry.get("plinth.healthy").gauge().value()).isEqualTo(1);
        assertThat(registry.get("plinth.job.run")
                        .tag("type", "ship")
                        .functionTimer()
                        .count())
                .isEqualTo(1);
        assertThat(registry.get("plinth.writer.holds").functionCounter().count())
                .isGreaterThan(1);
        assertThat(registry.get("plinth.table.bytes").tag("table", "jobs").gauge())
                .satisfies(bytes -> assertThat(bytes.getId().getBaseUnit()).isEqualTo("bytes"))
                .satisfies(bytes -> assertThat(bytes.value()).isPositive());
    }

    @Test
    void eachFigure_isOneMeter_andNoneIsTwice() {
        bind();
        Set<String> expected = new TreeSet<>();
        plinth.engine().figures().stream()
                .filter(figure -> !figure.samples().isEmpty())
                .forEach(figure -> expected.add(MeterName.of(figure).name()));
        expected.add("plinth.healthy");

        assertThat(names()).isEqualTo(expected);
        assertThat(registry.getMeters())
                .hasSize(1
                        + plinth.engine().figures().stream()
                                .mapToInt(figure -> figure.samples().size())
                                .sum());
    }

    @Test
    void series_thatBegins_isRegisteredByTheNextReading() {
        bind();
        Call nameless =
                Call.of("POST", "/v1/resources").withKey(plinth.apiKey()).withBody(Json.EMPTY_OBJECT);
        assertThat(plinth.engine().call(nameless).status()).isEqualTo(422);
        assertThat(registry.find("plinth.refusals").functionCounters()).isEmpty();

        clock.add(Duration.ofSeconds(2));
        read();

        assertThat(registry.get("plinth.refusals")
                        .tag("code", "validation_failed")
                        .functionCounter()
                        .count())
                .isEqualTo(1);
    }

    /** A node that follows shows few figures, and its next reign begins with counts of its own. */
    @Test
    void node_thatLeadsNoMore_keepsCountersAndTimers(@TempDir Path directory) throws Exception {
        SharedMemoryLog log = new SharedMemoryLog();
        try (Engine first = node(log, "a", directory);
                Engine second = node(log, "b", directory)) {
            new EngineMeters(first).withBuckets().bindTo(registry);
            first.admin().createWorkspace("acme", "pro").call();
            clock.add(Duration.ofSeconds(2));
            read();
            for (int i = 0; i < 50; i++) {
                first.admin().createWorkspace("more", "pro").call();
            }
            clock.add(Duration.ofSeconds(2));
            double holds = registry.get("plinth.writer.holds").functionCounter().count();
            CountDownLatch follows = new CountDownLatch(1);
            first.onRole(role -> {
                if (role == NodeRole.FOLLOWER) {
                    follows.countDown();
                }
            });
            CountDownLatch nextLeads = new CountDownLatch(1);
            second.onRole(role -> {
                if (role == NodeRole.LEADER) {
                    nextLeads.countDown();
                }
            });

            first.resign();
            assertThat(follows.await(60, TimeUnit.SECONDS)).isTrue();
            clock.add(Duration.ofSeconds(2));
            read();

            assertThat(registry.get("plinth.writer.holds").functionCounter().count())
                    .isEqualTo(holds);
            assertThat(registry.get("plinth.delivery").functionTimer().count()).isZero();
            assertThat(registry.get("plinth.node.role")
                            .tag("role", "leader")
                            .gauge()
                            .value())
                    .isZero();
            assertThat(second.isHealthy()).isTrue();

            assertThat(nextLeads.await(60, TimeUnit.SECONDS)).isTrue();
            CountDownLatch leadsAgain = new CountDownLatch(1);
            first.onRole(role -> {
                if (role == NodeRole.LEADER) {
                    leadsAgain.countDown();
                }
            });
            second.resign();
            assertThat(leadsAgain.await(60, TimeUnit.SECONDS)).isTrue();
            clock.add(Duration.ofSeconds(2));
            read();
            assertThat(registry.get("plinth.writer.holds").functionCounter().count())
                    .as("what a registry that sends differences takes")
                    .isGreaterThanOrEqualTo(holds);
        }
    }

    @Test
    void followerThatIsClosed_isNotHealthy(@TempDir Path directory) {
        SharedMemoryLog log = new SharedMemoryLog();
        try (Engine first = node(log, "a", directory)) {
            Engine second = node(log, "b", directory);
            new EngineMeters(second).bindTo(registry);
            assertThat(first.role()).isEqualTo(NodeRole.LEADER);
            assertThat(registry.get("plinth.healthy").gauge().value()).isOne();

            second.close();
            clock.add(Duration.ofSeconds(2));

            assertThat(registry.get("plinth.healthy").gauge().value()).isZero();
        }
    }

    @Test
    void closedEngine_keepsCounters_andHasNoGauges() {
        bind();
        plinth.client().startJob("ship", Json.EMPTY_OBJECT).call();
        clock.add(Duration.ofSeconds(2));
        double holds = registry.get("plinth.writer.holds").functionCounter().count();

        plinth.close();
        clock.add(Duration.ofSeconds(2));
        read();

        assertThat(registry.get("plinth.jobs").tag("status", "queued").gauge().value())
                .isNaN();
        assertThat(registry.get("plinth.writer.holds").functionCounter().count())
                .isEqualTo(holds);
        assertThat(registry.get("plinth.healthy").gauge().value()).isZero();
    }

    @Test
    void close_removesTheMeters_soThatAnotherEngineHasThem() {
        Engine engine = plinth.engine();
        try (EngineMeters meters = new EngineMeters(engine)) {
            meters.bindTo(registry);
            assertThat(registry.getMeters()).isNotEmpty();
        }
        assertThat(registry.getMeters()).isEmpty();

        try (Engine other = Engine.inMemory()) {
            new EngineMeters(other, Tags.of("engine", "b")).bindTo(registry);
            assertThat(registry.get("plinth.healthy").tag("engine", "b").gauge().value())
                    .isEqualTo(1);
        }
    }

    @Test
    void buckets_onDemand_countUpToTheirBound() {
        new EngineMeters(plinth.engine()).withBuckets().bindTo(registry);
        plinth.client().startJob("ship", Json.EMPTY_OBJECT).call();
        plinth.clock().advance(Duration.ofSeconds(1));
        clock.add(Duration.ofSeconds(2));
        read();

        assertThat(registry.get("plinth.job.run.histogram")
                        .tags("type", "ship", "le", "+Inf")
                        .gauge()
                        .value())
                .isEqualTo(1);
        assertThat(registry.find("plinth.job.run.histogram").tag("type", "ship").gauges())
                .hasSize(distribution("plinth_job_run_seconds").buckets().size());
    }

    @Test
    void registryOfPrometheus_hasTheNamesOfThePage() {
        PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        new EngineMeters(plinth.engine()).bindTo(prometheus);
        Set<String> expected = new TreeSet<>();
        plinth.engine().figures().stream()
                .filter(figure -> !figure.samples().isEmpty())
                .map(Figure::name)
                .forEach(expected::add);
        expected.add("plinth_healthy");

        Set<String> shown = new TreeSet<>();
        prometheus
                .scrape()
                .lines()
                .filter(line -> line.startsWith("# TYPE "))
                .forEach(line -> shown.add(line.split(" ", 4)[2]));

        assertThat(shown).isEqualTo(expected);
    }

    private static Engine node(SharedMemoryLog log, String id, Path directory) {
        return Engine.builder()
                .log(log.connect())
                .node(new Node(id))
                .secretKeyFile(directory.resolve("secret.key"))
                .open();
    }

    private EngineMeters bind() {
        EngineMeters meters = new EngineMeters(plinth.engine());
        meters.bindTo(registry);
        return meters;
    }

    /** Reads all meters, as a registry does that sends them. */
    private void read() {
        double sum = 0;
        for (Meter meter : registry.getMeters()) {
            for (Measurement each : meter.measure()) {
                sum += Double.isNaN(each.getValue()) ? 0 : each.getValue();
            }
        }
        assertThat(sum).isPositive();
    }

    private Set<String> names() {
        Set<String> names = new TreeSet<>();
        registry.getMeters().stream().map(Meter::getId).map(Meter.Id::getName).forEach(names::add);
        return names;
    }

    private Figure.Distribution distribution(String name) {
        List<Figure> figures = plinth.engine().figures();
        return (Figure.Distribution) figures.stream()
                .filter(figure -> figure.name().equals(name))
                .findFirst()
                .orElseThrow()
                .samples()
                .get(0);
    }
}
