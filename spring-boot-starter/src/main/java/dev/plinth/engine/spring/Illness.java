package dev.plinth.engine.spring;

import dev.plinth.engine.Engine;
import java.util.Optional;

/** Tells the health indicators of both lines of Spring Boot why an engine is down. */
final class Illness {
    /** The name of the sentence among the details. */
    static final String DETAIL = "reason";

    private Illness() {}

    /** Returns a sentence on why the engine does not recover; empty if it is healthy. */
    static Optional<String> of(Engine engine) {
        if (engine.isHealthy()) {
            return Optional.empty();
        }
        return Optional.of(engine.fatalFailure()
                .orElse("The journal has failed, and nothing is written any more. Check the disk and restart."));
    }
}
