package dev.plinth.engine.spring;

import dev.plinth.engine.Engine;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Health on Spring Boot 4, which has moved the classes. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass(name = "org.springframework.boot.health.contributor.HealthIndicator")
@ConditionalOnMissingClass("org.springframework.boot.actuate.health.HealthIndicator")
class Boot4HealthConfiguration {
    @Bean
    HealthIndicator plinthHealthIndicator(Engine engine) {
        return () -> Illness.of(engine)
                .map(reason -> Health.down().withDetail(Illness.DETAIL, reason))
                .orElseGet(Health::up)
                .build();
    }
}
