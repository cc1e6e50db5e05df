package dev.plinth.engine.spring.test;

import dev.plinth.engine.api.ManualClock;
import dev.plinth.engine.spring.PlinthCustomizer;
import java.time.Instant;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** The clock and the settings of the engine in a slice. */
@Configuration(proxyBeanMethods = false)
final class EngineSliceConfiguration {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    @Bean
    ManualClock plinthTestClock() {
        return ManualClock.startingAt(START);
    }

    /** Comes last, so that no property or customizer of the application makes the engine write files. */
    @Bean
    @Order(Ordered.LOWEST_PRECEDENCE)
    PlinthCustomizer plinthTestEngine(ManualClock plinthTestClock) {
        return builder -> builder.inMemory()
                .testClock(plinthTestClock)
                .createDefaultWorkspace(true)
                .webhookAllow("127.0.0.0/8");
    }
}
