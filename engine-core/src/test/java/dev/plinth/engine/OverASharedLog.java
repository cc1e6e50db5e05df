package dev.plinth.engine;

import dev.plinth.engine.testkit.SharedMemoryLog;
import java.util.Optional;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Gives every engine in memory a shared log of its own, if the system property {@code plinth.test.journal} is {@code log}. So any
 * test of the engine runs over a log too. JUnit finds it if {@code junit.jupiter.extensions.autodetection.enabled} is set.
 */
public final class OverASharedLog implements BeforeAllCallback {
    private static final String PROPERTY = "plinth.test.journal";

    @Override
    public void beforeAll(ExtensionContext context) {
        boolean isOverALog = "log".equals(System.getProperty(PROPERTY));
        Engine.inMemoryOver(isOverALog ? () -> Optional.of(new SharedMemoryLog()) : Optional::empty);
    }
}
