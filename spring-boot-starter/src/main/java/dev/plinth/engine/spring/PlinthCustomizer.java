package dev.plinth.engine.spring;

import dev.plinth.engine.EngineBuilder;

/**
 * Adds settings that have no property, such as types with a schema. Each bean of this type is called once, in the order
 * of {@code @Order}, after the properties and before the engine opens.
 */
@FunctionalInterface
public interface PlinthCustomizer {
    /** Changes the settings. */
    void customize(EngineBuilder builder);
}
