package dev.plinth.engine.http.config;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The form of a setting's value: reads it, tells its faults, and describes itself as JSON Schema. Immutable.
 *
 * @param <T> the type of the value
 */
public interface Format<T> {
    /**
     * Reads a value.
     *
     * @param name the setting's name as a message shows it, such as {@code plans.free.requests}
     * @return the value, or null if it has a fault, which is then among the faults
     */
    @Nullable
    T read(ConfigValue node, String name, FaultList faults);

    /** Returns the JSON Schema (draft 2020-12) of the value as JDK values. */
    Map<String, Object> schema();

    /** Returns the range of the value for a table, such as {@code 0 to 65535}. */
    String range();

    /** Returns true if a flag takes no value, and its presence means {@code true}. */
    default boolean isSwitch() {
        return false;
    }

    /** Returns true if a flag may be repeated. */
    default boolean isRepeatable() {
        return false;
    }

    /** Returns a value for {@code check-config}, on one line. */
    default String shown(T value) {
        return value.toString();
    }

    /** Returns the values of a flag, or the parts of an environment variable, in the form of a file. */
    default ConfigValue nodeOf(List<String> texts, String name, FaultList faults) {
        return new ConfigValue.Scalar(0, texts.get(0), false);
    }

    /** Adds the fault that a value is not in the range of its format. Returns null, as {@link #read} does then. */
    static <T> @Nullable T wrong(ConfigValue node, String name, String range, FaultList faults) {
        String got = node instanceof ConfigValue.Scalar scalar
                ? scalar.isNull() ? "no value" : FaultList.shown(scalar.text())
                : node instanceof ConfigValue.Items ? "a list" : "an object";
        faults.add(node.line(), name + " must be " + range + ", got " + got + ".");
        return null;
    }
}
