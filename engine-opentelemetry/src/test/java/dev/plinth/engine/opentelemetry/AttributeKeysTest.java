package dev.plinth.engine.opentelemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.semconv.ErrorAttributes;
import io.opentelemetry.semconv.HttpAttributes;
import io.opentelemetry.semconv.ServerAttributes;
import io.opentelemetry.semconv.UrlAttributes;
import io.opentelemetry.semconv.incubating.MessagingIncubatingAttributes;
import java.lang.reflect.Field;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Compares the names and types of the attributes with the list that OpenTelemetry publishes. */
class AttributeKeysTest {
    @Test
    void attributes_exceptOurOwn_areInThePublishedList() throws IllegalAccessException {
        Set<AttributeKey<?>> published = keys(ErrorAttributes.class);
        published.addAll(keys(HttpAttributes.class));
        published.addAll(keys(ServerAttributes.class));
        published.addAll(keys(UrlAttributes.class));
        published.addAll(keys(MessagingIncubatingAttributes.class));
        Set<AttributeKey<?>> written = keys(AttributeKeys.class);

        assertThat(written)
                .filteredOn(key -> !key.getKey().startsWith("plinth."))
                .isNotEmpty()
                .allMatch(published::contains);
    }

    /** Returns the attributes that a class has as constants. */
    static Set<AttributeKey<?>> keys(Class<?> constants) throws IllegalAccessException {
        Set<AttributeKey<?>> keys = new HashSet<>();
        for (Field field : constants.getDeclaredFields()) {
            if (AttributeKey.class.isAssignableFrom(field.getType())) {
                keys.add((AttributeKey<?>) field.get(null));
            }
        }
        return keys;
    }
}
