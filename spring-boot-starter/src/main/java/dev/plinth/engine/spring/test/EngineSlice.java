package dev.plinth.engine.spring.test;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.TypeExcludeFilter;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.MergedContextConfiguration;

/**
 * Switches off other auto-configurations, and leaves of a scan only components with handlers. Contexts of equal slices
 * are shared between tests. Immutable.
 */
record EngineSlice() implements ContextCustomizer {
    private static final String FILTER = "plinthTestHandlersOnly";

    @Override
    public void customizeContext(ConfigurableApplicationContext context, MergedContextConfiguration configuration) {
        TestPropertyValues.of(EnableAutoConfiguration.ENABLED_OVERRIDE_PROPERTY + "=false")
                .applyTo(context);
        TypeExcludeFilter handlersOnly = new HandlersOnly();
        context.getBeanFactory().registerSingleton(FILTER, handlersOnly);
    }
}
