package dev.plinth.engine.spring.test;

import dev.plinth.engine.spring.PlinthJob;
import dev.plinth.engine.spring.PlinthListener;
import dev.plinth.engine.spring.PlinthOperation;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.TypeExcludeFilter;
import org.springframework.core.type.AnnotationMetadata;
import org.springframework.core.type.classreading.MetadataReader;
import org.springframework.core.type.classreading.MetadataReaderFactory;

/** Excludes each component without a method that handles. Spring Boot asks it while it scans. Thread-safe. */
final class HandlersOnly extends TypeExcludeFilter {
    private static final List<String> ANNOTATIONS =
            List.of(PlinthJob.class.getName(), PlinthOperation.class.getName(), PlinthListener.class.getName());

    @Override
    public boolean match(MetadataReader reader, MetadataReaderFactory factory) {
        AnnotationMetadata type = reader.getAnnotationMetadata();
        return ANNOTATIONS.stream().noneMatch(type::hasAnnotatedMethods);
    }

    /** Spring Boot compares filters to share contexts. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof HandlersOnly;
    }

    @Override
    public int hashCode() {
        return HandlersOnly.class.hashCode();
    }
}
