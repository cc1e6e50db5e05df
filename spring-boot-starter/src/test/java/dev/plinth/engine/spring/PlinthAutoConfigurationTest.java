package dev.plinth.engine.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.Engine;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Event;
import dev.plinth.engine.api.Job;
import dev.plinth.engine.api.JobStatus;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.OperationResult;
import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.api.Problem;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.api.Workspace;
import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.handler.EventContext;
import dev.plinth.engine.handler.JobContext;
import dev.plinth.engine.handler.OperationContext;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.actuate.health.Status;
import org.springframework.boot.actuate.info.Info;
import org.springframework.boot.actuate.info.InfoContributor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.env.PropertiesPropertySourceLoader;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.http.ProblemDetail;

final class PlinthAutoConfigurationTest {
    private final ApplicationContextRunner runner =
            new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(PlinthAutoConfiguration.class));

    @Test
    void nodeIdWithoutACell_refusesTheStart() {
        runner.withPropertyValues("plinth.log.node-id=a")
                .run(context -> assertThat(context.getStartupFailure())
                        .rootCause()
                        .hasMessageContaining("plinth.log.node-id needs plinth.log.cell"));
    }

    @Test
    void hostRates_inBrackets_keepTheirCharacters() throws IOException {
        String properties = """
                plinth.webhooks.host-rates[*]=7
                plinth.webhooks.host-rates[hooks.example.com\\:8443]=8
                plinth.webhooks.host-rates.api.example.com=9
                """;
        PropertySource<?> rates = new PropertiesPropertySourceLoader()
                .load("rates", new ByteArrayResource(properties.getBytes(StandardCharsets.UTF_8)))
                .get(0);
        runner.withInitializer(
                        context -> context.getEnvironment().getPropertySources().addFirst(rates))
                .run(context -> assertThat(context.getBean(PlinthProperties.class)
                                .webhooks()
                                .hostRates())
                        .isEqualTo(Map.of("*", 7, "hooks.example.com:8443", 8, "api.example.com", 9)));
    }

    @Test
    void engine_withoutProperties_isInMemory() {
        runner.run(context -> assertThat(context.getBean(Engine.class)
                        .admin()
                        .createWorkspace("acme", "pro")
                        .call()
                        .name())
                .isEqualTo("acme"));
    }

    @Test
    void properties_given_reachTheEngine(@TempDir Path directory) {
        Path store = directory.resolve("store");
        runner.withPropertyValues(
                        "plinth.store.directory=" + store,
                        "plinth.store.durability=os",
                        "plinth.create-default-workspace=true",
                        "plinth.plans.tiny=7")
                .run(context -> {
                    Engine engine = context.getBean(Engine.class);
                    assertThat(engine.firstStart()).isPresent();
                    assertThat(engine.admin()
                                    .createWorkspace("acme", "tiny")
                                    .call()
                                    .plan())
                            .isEqualTo("tiny");
                    assertThat(Files.exists(store)).isTrue();
                });
    }

    @Test
    void retention_thatContradictsItself_refusesTheStart() {
        runner.withPropertyValues("plinth.retention.events=10d", "plinth.places.jobs=1", "plinth.grace.drain=3s")
                .run(context -> assertThat(context.getStartupFailure())
                        .rootCause()
                        .hasMessageContaining("retention.deliveries (deliveries-kept-days)")
                        .hasMessageContaining("got 30 and 10"));
        runner.withPropertyValues(
                        "plinth.retention.events=10d", "plinth.retention.deliveries=10d", "plinth.places.jobs=1")
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void identity_given_isThatOfTheWire() {
        runner.withPropertyValues("plinth.identity.problem-base=https://acme.example/p/", "plinth.identity.realm=Acme")
                .run(context -> {
                    Reply reply = context.getBean(Engine.class).call(Call.of("GET", "/v1/jobs"));
                    assertThat(reply.text()).contains("https://acme.example/p/unauthenticated");
                    assertThat(reply.header("WWW-Authenticate")).isEqualTo("Bearer realm=\"Acme\"");
                });
        runner.withPropertyValues("plinth.identity.user-agent= ")
                .run(context -> assertThat(context.getStartupFailure())
                        .rootCause()
                        .hasMessageContaining("identity.userAgent (webhook-user-agent) must be 1 to 200 printable"));
    }

    @Test
    void property_outOfRange_refusesTheStart() {
        runner.withPropertyValues("plinth.store.max-resources=0")
                .run(context -> assertThat(context.getStartupFailure())
                        .rootCause()
                        .hasMessageContaining("maxResources must be 1 to 1000000000, got 0"));
    }

    @Test
    void methodsOfABeanThatNeedsTheEngine_handle() {
        runner.withBean(Greeter.class).run(context -> {
            Engine engine = context.getBean(Engine.class);
            Workspace workspace = engine.admin().createWorkspace("acme", "pro").call();
            PlinthClient client = engine.workspace(workspace.id());

            String job = client.startJob("greet", Json.of(Map.of("name", "Ada")))
                    .call()
                    .jobId();
            Job done = client.job(job, Duration.ofSeconds(30)).call();
            assertThat(done.status()).isEqualTo(JobStatus.SUCCEEDED);
            assertThat(done.result().orElseThrow().asMap()).containsEntry("text", "Hello Ada");

            String resource = client.resources().create("A").call().id();
            assertThat(client.resources()
                            .run(resource, "shout", Json.of(Map.of()))
                            .call()
                            .asMap())
                    .containsEntry("text", "A!");
        });
    }

    @Test
    void methodsOfABeanBehindAScopedProxy_handle() {
        runner.withUserConfiguration(ScopedGreeter.class).run(context -> {
            Engine engine = context.getBean(Engine.class);
            Workspace workspace = engine.admin().createWorkspace("acme", "pro").call();
            PlinthClient client = engine.workspace(workspace.id());

            String job = client.startJob("greet", Json.of(Map.of("name", "Ada")))
                    .call()
                    .jobId();

            assertThat(client.job(job, Duration.ofSeconds(30)).call().status()).isEqualTo(JobStatus.SUCCEEDED);
        });
    }

    @Test
    void twoBeansForOneTypeOfJob_refuseTheStartWithBothNames() {
        runner.withBean("first", Greeter.class)
                .withBean("second", OtherGreeter.class)
                .run(context -> assertThat(context.getStartupFailure())
                        .rootCause()
                        .hasMessageContaining("Two methods handle jobs of type \"greet\"")
                        .hasMessageContaining("Greeter.greet of the bean \"first\"")
                        .hasMessageContaining("OtherGreeter.hail of the bean \"second\""));
    }

    @Test
    void methodOfAnotherForm_refusesTheStart() {
        runner.withBean("odd", OddListener.class)
                .run(context -> assertThat(context.getStartupFailure())
                        .rootCause()
                        .hasMessageContaining(
                                "OddListener.on of the bean \"odd\" must take (EventContext, Event) and return void"));
    }

    @Test
    void customizer_given_changesTheBuilder() {
        runner.withBean(
                        PlinthCustomizer.class,
                        () -> builder -> builder.jobHandler("none", job -> Json.of(Map.of("none", true))))
                .withBean(NoneHandler.class)
                .run(context -> assertThat(context.getStartupFailure())
                        .rootCause()
                        .hasMessageContaining("type of job \"none\""));
    }

    @Test
    void contextClosed_closesTheEngine() {
        Engine[] seen = new Engine[1];
        runner.run(context -> seen[0] = context.getBean(Engine.class));
        assertThat(seen[0].call(Call.of("GET", "/health/ready")).status()).isEqualTo(503);
    }

    @Test
    void engineOfTheApplication_keepsTheStartersAway() {
        runner.withBean("own", Engine.class, Engine::inMemory)
                .run(context -> assertThat(context).hasSingleBean(Engine.class).hasBean("own"));
    }

    @Test
    void healthInfoAndMeters_areThere() {
        runner.run(context -> {
            assertThat(context.getBean(HealthIndicator.class).health().getStatus())
                    .isEqualTo(Status.UP);
            Info.Builder info = new Info.Builder();
            context.getBean(InfoContributor.class).contribute(info);
            assertThat(info.build().getDetails()).containsKey("plinth");
            SimpleMeterRegistry registry = new SimpleMeterRegistry();
            context.getBean(MeterBinder.class).bindTo(registry);
            assertThat(registry.get("plinth.healthy").gauge().value()).isEqualTo(1);
            assertThat(registry.get("plinth.jobs.unhandled").gauge().value()).isZero();
        });
    }

    @Test
    void meters_withBuckets_showThem() {
        runner.withPropertyValues("plinth.meter-buckets=true").run(context -> {
            SimpleMeterRegistry registry = new SimpleMeterRegistry();
            context.getBean(MeterBinder.class).bindTo(registry);
            assertThat(registry.find("plinth.delivery.histogram").gauges()).isNotEmpty();
        });
    }

    @Test
    void openTelemetry_asABean_getsSpans_andAnotherObserverComesFirst() {
        // A context that closes closes the SDK, which empties its exporter.
        InMemorySpanExporter exporter = InMemorySpanExporter.create();
        runner.withBean(OpenTelemetry.class, () -> openTelemetry(exporter)).run(context -> {
            context.getBean(Engine.class).admin().createWorkspace("acme", "pro").call();
            assertThat(exporter.getFinishedSpanItems())
                    .anyMatch(span -> span.getName().equals("POST /admin/v1/workspaces"));
        });

        InMemorySpanExporter unused = InMemorySpanExporter.create();
        runner.withBean(OpenTelemetry.class, () -> openTelemetry(unused))
                .withBean(PlinthCustomizer.class, () -> builder -> builder.observer(work -> end -> {}))
                .run(context -> {
                    context.getBean(Engine.class)
                            .admin()
                            .createWorkspace("acme", "pro")
                            .call();
                    assertThat(unused.getFinishedSpanItems()).isEmpty();
                });
    }

    private static OpenTelemetry openTelemetry(InMemorySpanExporter exporter) {
        return OpenTelemetrySdk.builder()
                .setTracerProvider(SdkTracerProvider.builder()
                        .addSpanProcessor(SimpleSpanProcessor.create(exporter))
                        .build())
                .build();
    }

    @Test
    void wire_enabled_keepsTheTaskExecutorOfSpringBoot() {
        new WebApplicationContextRunner()
                .withConfiguration(
                        AutoConfigurations.of(PlinthAutoConfiguration.class, TaskExecutionAutoConfiguration.class))
                .withPropertyValues("plinth.wire.enabled=true")
                .run(context -> assertThat(context).hasBean("plinthMapping").hasBean("applicationTaskExecutor"));
    }

    @Test
    void refusalOfABatch_namesItsOperation() {
        Problem problem = Problem.of(Json.of("{\"type\":\"https://plinth.dev/problems/not_found\","
                + "\"title\":\"Not found\",\"status\":404,\"detail\":\"No such resource.\",\"code\":\"not_found\","
                + "\"requestId\":\"req_1\",\"retryable\":false,\"operation\":2}"));

        ProblemDetail shown =
                new ProblemAdvice().refused(new PlinthException(problem)).getBody();

        assertThat(shown).isNotNull();
        assertThat(shown.getTitle()).isEqualTo("Not found");
        assertThat(shown.getProperties())
                .isEqualTo(Map.of(
                        "code",
                        "not_found",
                        "requestId",
                        "req_1",
                        "retryable",
                        false,
                        "operation",
                        BigDecimal.valueOf(2)));
    }

    @Test
    void withoutActuatorAndWeb_theEngineIsThere() {
        runner.withClassLoader(new FilteredClassLoader(
                        "org.springframework.boot.actuate",
                        "org.springframework.boot.health",
                        "org.springframework.web",
                        "jakarta.servlet",
                        "io.micrometer",
                        "io.opentelemetry"))
                .run(context -> assertThat(context)
                        .hasSingleBean(Engine.class)
                        .doesNotHaveBean("plinthMeters")
                        .doesNotHaveBean("plinthSpans"));
    }

    /** Needs the engine, which needs to know its methods. */
    static class Greeter {
        Greeter(Engine engine) {
            assertThat(engine).isNotNull();
        }

        @PlinthJob("greet")
        Json greet(JobContext job) {
            return Json.of(Map.of("text", "Hello " + job.input().asMap().get("name")));
        }

        @PlinthOperation("shout")
        OperationResult shout(OperationContext call) {
            return OperationResult.of(
                    Json.of(Map.of("text", call.resource().asMap().get("name") + "!")));
        }
    }

    /** A greeter that is made anew for each call. */
    @Configuration(proxyBeanMethods = false)
    static class ScopedGreeter {
        @Bean
        @Scope(scopeName = "prototype", proxyMode = ScopedProxyMode.TARGET_CLASS)
        Greeter greeter(Engine engine) {
            return new Greeter(engine);
        }
    }

    static final class OtherGreeter {
        @PlinthJob("greet")
        void hail(JobContext job) {}
    }

    static final class NoneHandler {
        @PlinthJob("none")
        void none(JobContext job) {}
    }

    static final class OddListener {
        @PlinthListener("odd")
        void on(Event event, EventContext context) {}
    }
}
