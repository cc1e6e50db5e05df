package dev.plinth.engine.http.config;

import java.util.List;

/** A value of a file with its line, or the text of a flag or variable in the same form. Immutable. */
sealed interface ConfigValue {
    /** The line in the file, from 1 on, or 0 outside of a file. */
    int line();

    /**
     * A single value.
     *
     * @param isQuoted true if the file has it in quotes or as a block, so that it is a text and nothing else
     */
    record Scalar(int line, String text, boolean isQuoted) implements ConfigValue {
        boolean isNull() {
            return !isQuoted && (text.isEmpty() || text.equals("~") || text.equals("null"));
        }
    }

    /** A list. */
    record Items(int line, List<ConfigValue> items) implements ConfigValue {}

    /** An object, with its entries in the order of the file and no key twice. */
    record Members(int line, List<Entry> entries) implements ConfigValue {}

    /** A key and its value. */
    record Entry(int line, String key, ConfigValue value) {}
}
