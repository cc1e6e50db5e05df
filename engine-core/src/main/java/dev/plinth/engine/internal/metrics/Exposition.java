package dev.plinth.engine.internal.metrics;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Writes figures in the text format 0.0.4 of Prometheus. A family has its help and type before its samples. Not
 * thread-safe; one writer, one page.
 */
public final class Exposition {
    /** The media type of the page. */
    public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]*");
    private static final int EXPECTED_CHARACTERS = 16 * 1024;

    private final StringBuilder text = new StringBuilder(EXPECTED_CHARACTERS);
    private final Set<String> families = new HashSet<>();
    private String family = "";

    /** Begins an empty page. */
    public Exposition() {}

    /** Begins a family of figures that only rise. Its name ends in {@code _total}. */
    public Exposition counter(String name, String help) {
        return begin(name, "counter", help);
    }

    /** Begins a family of figures that rise and fall. */
    public Exposition gauge(String name, String help) {
        return begin(name, "gauge", help);
    }

    /** Begins a family of distributions. */
    Exposition histogram(String name, String help) {
        return begin(name, "histogram", help);
    }

    /**
     * Adds a figure of the family.
     *
     * @param labels names and values in turn
     */
    public Exposition sample(long value, String... labels) {
        return sample("", Long.toString(value), labels);
    }

    /** Adds a figure of the family with a fraction. */
    public Exposition sample(double value, String... labels) {
        return sample("", Double.toString(value), labels);
    }

    /** Adds a figure of the family under its name and a suffix. */
    Exposition sample(String suffix, String value, String... labels) {
        text.append(family).append(suffix);
        for (int i = 0; i + 1 < labels.length; i += 2) {
            text.append(i == 0 ? '{' : ',').append(labels[i]).append("=\"");
            escape(labels[i + 1], true);
            text.append('"');
        }
        text.append(labels.length == 0 ? "" : "}").append(' ').append(value).append('\n');
        return this;
    }

    /** Returns the page. */
    public byte[] bytes() {
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private Exposition begin(String name, String type, String help) {
        if (!NAME.matcher(name).matches() || !families.add(name)) {
            throw new IllegalStateException(
                    "Expected each family once, under a name that matches " + NAME + ", but got " + name);
        }
        family = name;
        text.append("# HELP ").append(name).append(' ');
        escape(help, false);
        text.append("\n# TYPE ").append(name).append(' ').append(type).append('\n');
        return this;
    }

    private void escape(String value, boolean inQuotes) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '\n') {
                text.append("\\n");
            } else if (c == '\\' || inQuotes && c == '"') {
                text.append('\\').append(c);
            } else {
                text.append(c);
            }
        }
    }
}
