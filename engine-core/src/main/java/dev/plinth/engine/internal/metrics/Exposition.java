package dev.plinth.engine.internal.metrics;

import dev.plinth.engine.api.Figure;
import dev.plinth.engine.internal.base.Histogram;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Collects figures, and writes them in the text format 0.0.4 of Prometheus. A family has its name and help before its
 * samples. Not thread-safe; one writer, one page.
 */
public final class Exposition {
    /** The media type of the page. */
    public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]*");
    private static final int EXPECTED_CHARACTERS = 16 * 1024;
    private static final double WHOLE_MAX = 1L << 53;

    private final Map<String, Figure> families = new LinkedHashMap<>();
    private List<Figure.Sample> samples = new ArrayList<>();
    private String family = "";

    /** Begins an empty page. */
    public Exposition() {}

    /** Begins a family of figures that only rise. Its name ends in {@code _total}. */
    public Exposition counter(String name, String help) {
        return begin(name, Figure.Kind.COUNTER, help);
    }

    /** Begins a family of figures that rise and fall. */
    public Exposition gauge(String name, String help) {
        return begin(name, Figure.Kind.GAUGE, help);
    }

    /** Begins a family of distributions. */
    public Exposition histogram(String name, String help) {
        return begin(name, Figure.Kind.HISTOGRAM, help);
    }

    /**
     * Adds a figure of the family.
     *
     * @param labels names and values in turn
     */
    public Exposition sample(double value, String... labels) {
        samples.add(new Figure.Value(labels(labels), value));
        return this;
    }

    /** Adds a distribution of the family. */
    public Exposition sample(Histogram histogram, String... labels) {
        samples.add(histogram.read(labels(labels)));
        return this;
    }

    /** Returns the families. */
    public List<Figure> figures() {
        end();
        return List.copyOf(families.values());
    }

    /** Renders figures. */
    public static byte[] page(List<Figure> figures) {
        StringBuilder text = new StringBuilder(EXPECTED_CHARACTERS);
        for (Figure figure : figures) {
            text.append("# HELP ").append(figure.name()).append(' ');
            escape(figure.help(), false, text);
            text.append("\n# TYPE ")
                    .append(figure.name())
                    .append(' ')
                    .append(figure.kind().name().toLowerCase(Locale.ROOT))
                    .append('\n');
            for (Figure.Sample sample : figure.samples()) {
                if (sample instanceof Figure.Distribution distribution) {
                    write(figure.name(), distribution, text);
                } else if (sample instanceof Figure.Value value) {
                    write(figure.name(), value.labels(), number(value.value()), text);
                }
            }
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void write(String name, Figure.Distribution distribution, StringBuilder text) {
        for (Figure.Bucket bucket : distribution.buckets()) {
            Map<String, String> labels = new LinkedHashMap<>(distribution.labels());
            labels.put("le", Double.isInfinite(bucket.most()) ? "+Inf" : Double.toString(bucket.most()));
            write(name + "_bucket", labels, number(bucket.count()), text);
        }
        write(name + "_sum", distribution.labels(), Double.toString(distribution.sum()), text);
        write(name + "_count", distribution.labels(), number(distribution.count()), text);
    }

    private static void write(String name, Map<String, String> labels, String value, StringBuilder text) {
        text.append(name);
        char before = '{';
        for (Map.Entry<String, String> label : labels.entrySet()) {
            text.append(before).append(label.getKey()).append("=\"");
            escape(label.getValue(), true, text);
            text.append('"');
            before = ',';
        }
        text.append(labels.isEmpty() ? "" : "}").append(' ').append(value).append('\n');
    }

    private static String number(double value) {
        boolean isWhole = value == Math.rint(value) && Math.abs(value) <= WHOLE_MAX;
        return isWhole ? Long.toString((long) value) : Double.toString(value);
    }

    private static Map<String, String> labels(String... labels) {
        Map<String, String> byName = new LinkedHashMap<>();
        for (int i = 0; i + 1 < labels.length; i += 2) {
            byName.put(labels[i], labels[i + 1]);
        }
        return byName;
    }

    private Exposition begin(String name, Figure.Kind kind, String help) {
        end();
        if (!NAME.matcher(name).matches() || families.put(name, Figure.of(name, kind, help, List.of())) != null) {
            throw new IllegalStateException(
                    "Expected each family once, under a name that matches " + NAME + ", but got " + name);
        }
        family = name;
        return this;
    }

    private void end() {
        Figure begun = families.get(family);
        if (begun != null) {
            families.put(family, Figure.of(family, begun.kind(), begun.help(), samples));
        }
        samples = new ArrayList<>();
        family = "";
    }

    private static void escape(String value, boolean inQuotes, StringBuilder text) {
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
