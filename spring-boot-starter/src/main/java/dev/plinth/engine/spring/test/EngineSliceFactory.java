package dev.plinth.engine.spring.test;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.test.context.ContextConfigurationAttributes;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.ContextCustomizerFactory;
import org.springframework.test.context.TestContextAnnotationUtils;

/** Makes a slice of the context of each test with {@link EngineTest}. Thread-safe. */
final class EngineSliceFactory implements ContextCustomizerFactory {
    /** Made by Spring. */
    EngineSliceFactory() {}

    @Override
    public @Nullable ContextCustomizer createContextCustomizer(
            Class<?> testClass, List<ContextConfigurationAttributes> attributes) {
        return TestContextAnnotationUtils.hasAnnotation(testClass, EngineTest.class) ? new EngineSlice() : null;
    }
}
