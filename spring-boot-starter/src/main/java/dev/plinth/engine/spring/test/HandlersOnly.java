package dev.plinth.engine.spring.test;

import dev.plinth.engine.spring.PlinthJob;
import dev.plinth.engine.spring.PlinthListener;
import dev.plinth.engine.spring.PlinthOperation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.TypeExcludeFilter;
import org.springframework.core.type.AnnotationMetadata;
import org.springframework.core.type.classreading.MetadataReader;
import org.springframework.core.type.classreading.MetadataReaderFactory;

/** Excludes each component that neither has nor inherits a method that handles. Spring Boot asks it while it scans. Thread-safe. */
final class HandlersOnly extends TypeExcludeFilter {
    private static final List<String> ANNOTATIONS =
            List.of(PlinthJob.class.getName(), PlinthOperation.class.getName(), PlinthListener.class.getName());

    @Override
    public boolean match(MetadataReader reader, MetadataReaderFactory factory) throws IOException {
        return !handles(reader.getAnnotationMetadata(), factory);
    }

    /** Looks into what the class extends and implements too, as the starter does. */
    private static boolean handles(AnnotationMetadata type, MetadataReaderFactory factory) throws IOException {
        if (ANNOTATIONS.stream().anyMatch(type::hasAnnotatedMethods)) {
            return true;
        }
        List<String> above = new ArrayList<>(List.of(type.getInterfaceNames()));
        if (type.getSuperClassName() != null) {
            above.add(type.getSuperClassName());
        }
        for (String name : above) {
            if (!name.startsWith("java.")
                    && handles(factory.getMetadataReader(name).getAnnotationMetadata(), factory)) {
                return true;
            }
        }
        return false;
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
