package dev.plinth.engine.spring;

import dev.plinth.engine.Engine;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Health on Spring Boot 3. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass(name = "org.springframework.boot.actuate.health.HealthIndicator")
class Boot3HealthConfiguration {
    @Bean
    HealthIndicator plinthHealthIndicator(Engine engine) {
        return () -> Illness.of(engine)
                .map(reason -> Health.down().withDetail(Illness.DETAIL, reason))
                .orElseGet(Health::up)
                .build();
    }
}
