package dev.plinth.engine.internal.base;

import dev.plinth.engine.api.TraceParent;
import org.jspecify.annotations.Nullable;

/**
 * The parts of an event that a webhook carries.
 *
 * @param json its bytes, as the wire shows it
 * @param trace the trace of the call or job that caused it, or null
 */
public record EventContent(byte[] json, @Nullable TraceParent trace) {}
