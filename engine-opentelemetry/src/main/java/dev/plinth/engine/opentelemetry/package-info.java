/**
 * Spans of the engine's work for OpenTelemetry.
 *
 * <p>It connects the public packages of the engine with the API of OpenTelemetry. It must see neither the rooms of the
 * engine nor an SDK.
 */
@NullMarked
package dev.plinth.engine.opentelemetry;

import org.jspecify.annotations.NullMarked;
