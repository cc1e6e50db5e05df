package dev.plinth.engine.opentelemetry;

import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.TraceStateBuilder;
import java.util.StringJoiner;

/** Translates the state of a trace between the header {@code tracestate} and OpenTelemetry. */
final class StateHeader {
    private StateHeader() {}

    /** Returns the state of a well-formed header; of two members with the same key the first. */
    static TraceState of(String header) {
        if (header.isEmpty()) {
            return TraceState.getDefault();
        }
        TraceStateBuilder builder = TraceState.builder();
        String[] members = header.split(",");
        for (int i = members.length - 1; i >= 0; i--) { // the builder puts each one in front
            int equals = members[i].indexOf('=');
            builder.put(members[i].substring(0, equals), members[i].substring(equals + 1));
        }
        return builder.build();
    }

    /** Returns the header of a state. */
    static String text(TraceState state) {
        StringJoiner header = new StringJoiner(",");
        state.forEach((key, value) -> header.add(key + "=" + value));
        return header.toString();
    }
}
