package dev.plinth.engine.spring;

import dev.plinth.engine.Engine;
import dev.plinth.engine.micrometer.EngineMeters;
import dev.plinth.engine.opentelemetry.EngineSpans;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.opentelemetry.api.OpenTelemetry;
import java.util.Map;
import java.util.Optional;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.info.InfoContributor;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** The engine in the application's information, meters and traces. */
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
        @ConditionalOnMissingBean
        EngineMeters plinthMeters(Engine engine, PlinthProperties properties) {
            EngineMeters meters = new EngineMeters(engine);
            return properties.meterBuckets() ? meters.withBuckets() : meters;
        }
    }

    /** The spans of the engine, in an application with a bean of OpenTelemetry. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(OpenTelemetry.class)
    static class Spans {
        /** Comes first, so that a customizer of the application may set another observer. */
        @Bean
        @Order(Ordered.HIGHEST_PRECEDENCE)
        PlinthCustomizer plinthSpans(ObjectProvider<OpenTelemetry> openTelemetry) {
            return builder -> openTelemetry.ifUnique(unique -> builder.observer(new EngineSpans(unique)));
        }
    }
}
