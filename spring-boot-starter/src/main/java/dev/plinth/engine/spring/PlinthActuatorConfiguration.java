package dev.plinth.engine.spring;

import dev.plinth.engine.Engine;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.springframework.boot.actuate.info.InfoContributor;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The engine in the application's information and meters. */
final class PlinthActuatorConfiguration {
    private PlinthActuatorConfiguration() {}

    /** The version of the engine. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(InfoContributor.class)
    static class Info {
        @Bean
        InfoContributor plinthInfoContributor() {
            String version = Optional.ofNullable(Engine.class.getPackage().getImplementationVersion())
                    .orElse("development");
            return info -> info.withDetail("plinth", Map.of("version", version));
        }
    }

    /** The figures of the engine. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(MeterBinder.class)
    static class Meters {
        @Bean
        MeterBinder plinthMeters(Engine engine) {
            return registry -> bind(engine, registry);
        }

        private static void bind(Engine engine, MeterRegistry registry) {
            Gauge.builder("plinth.healthy", engine, it -> it.isHealthy() ? 1 : 0)
                    .description("1 while the engine is healthy, else 0.")
                    .register(registry);
            TimeGauge.builder(
                            "plinth.jobs.queued.oldest",
                            engine,
                            TimeUnit.MILLISECONDS,
                            it -> it.jobFigures()
                                    .oldestQueued()
                                    .map(Duration::toMillis)
                                    .orElse(0L))
                    .description("How long the oldest queued job has waited.")
                    .register(registry);
            Gauge.builder("plinth.jobs.unhandled", engine, it -> it.jobFigures().unhandled())
                    .description("Queued jobs that neither a handler nor a worker takes.")
                    .register(registry);
            Gauge.builder("plinth.workspaces.being.deleted", engine, Engine::workspacesBeingDeleted)
                    .description("Deleted workspaces that have rows left.")
                    .register(registry);
            for (String kind : engine.sweptRows().keySet()) {
                FunctionCounter.builder(
                                "plinth.swept.rows",
                                engine,
                                it -> it.sweptRows().getOrDefault(kind, 0L))
                        .tag("kind", kind)
                        .description("Rows that the sweep has deleted, ended or released.")
                        .register(registry);
            }
        }
    }
}
