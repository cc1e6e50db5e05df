package dev.plinth.engine.client;

import java.time.Duration;
import java.util.Objects;

/** Checks the arguments of the typed client: refuses null and parts of a second. */
final class Arguments {
    private Arguments() {}

    /**
     * Returns a value.
     *
     * @param name the name of the parameter, for the message
     * @throws NullPointerException if the value is null; the message names the parameter
     */
    static <T> T given(T value, String name) {
        return Objects.requireNonNull(value, () -> name + " must not be null.");
    }

    /**
     * Returns a duration in seconds.
     *
     * @param name the name of the parameter, for the message
     * @throws IllegalArgumentException if it has a part of a second
     */
    static long seconds(Duration value, String name) {
        if (given(value, name).getNano() != 0) {
            throw new IllegalArgumentException(
                    name + " must be whole seconds, got " + value + ". Round it, such as with truncatedTo.");
        }
        return value.toSeconds();
    }
}
