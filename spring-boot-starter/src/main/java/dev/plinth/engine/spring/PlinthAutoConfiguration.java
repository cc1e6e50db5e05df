package dev.plinth.engine.spring;

import dev.plinth.engine.Engine;
import dev.plinth.engine.EngineBuilder;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/**
 * Opens the engine as the properties {@code plinth.*} say, and gives it the annotated methods of all beans. An
 * application with an engine of its own gets none.
 */
@AutoConfiguration
@EnableConfigurationProperties(PlinthProperties.class)
@Import({
    PlinthWebConfiguration.Wire.class,
    PlinthWebConfiguration.Problems.class,
    Boot3HealthConfiguration.class,
    Boot4HealthConfiguration.class,
    PlinthActuatorConfiguration.Info.class,
    PlinthActuatorConfiguration.Meters.class,
    PlinthActuatorConfiguration.Spans.class
})
public final class PlinthAutoConfiguration {
    /** Made by Spring. */
    public PlinthAutoConfiguration() {}

    @Bean
    Started plinthStarted() {
        return new Started();
    }

    @Bean
    @ConditionalOnMissingBean
    Engine plinthEngine(
            PlinthProperties properties,
            ObjectProvider<PlinthCustomizer> customizers,
            ConfigurableListableBeanFactory beans,
            Started plinthStarted,
            ObjectProvider<DataSource> sources,
            @Qualifier("plinthTestEngine") ObjectProvider<Consumer<EngineBuilder>> last) {
        EngineBuilder builder = Engine.builder();
        properties.applyTo(builder);
        Consumer<EngineBuilder> slice = last.getIfAvailable();
        if (slice == null) {
            properties.log().applyTo(builder, properties.store());
        }
        new HandlerMethods(beans, builder, plinthStarted).register();
        customizers.orderedStream().forEach(customizer -> customizer.customize(builder));
        // A slice, behind customizers without an order too, which sort as the last ones.
        if (slice != null) {
            slice.accept(builder);
        } else if (properties.log().isGiven()) {
            builder.log(SharedLogs.open(properties.log(), sources));
        }
        return builder.open();
    }

    @Bean
    EngineLifecycle plinthEngineLifecycle(Engine engine, Started plinthStarted) {
        return new EngineLifecycle(engine, plinthStarted);
    }
}
