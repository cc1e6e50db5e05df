package dev.plinth.engine.spring.test;

import dev.plinth.engine.EngineBuilder;
import dev.plinth.engine.settings.ManualClock;
import java.time.Instant;
import java.util.function.Consumer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The clock and the settings of the engine in a slice. */
@Configuration(proxyBeanMethods = false)
final class EngineSliceConfiguration {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    @Bean
    ManualClock plinthTestClock() {
        return ManualClock.startingAt(START);
    }

    /**
     * Comes behind each customizer, so that no property and no code of the application makes the engine write files. The
     * starter asks for it by its name.
     */
    @Bean
    Consumer<EngineBuilder> plinthTestEngine(ManualClock plinthTestClock) {
        return builder -> builder.inMemory()
                .testClock(plinthTestClock)
                .createDefaultWorkspace(true)
                .webhookAllow("127.0.0.0/8");
    }
}
