package dev.plinth.engine.http.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The values of settings with their sources. Immutable. */
public final class Config {
    private final List<Setting<?>> settings;
    private final Map<Setting<?>, Value> values;

    Config(List<Setting<?>> settings, Map<Setting<?>, Value> values) {
        this.settings = List.copyOf(settings);
        this.values = Map.copyOf(values);
    }

    /**
     * A value that a source gives.
     *
     * @param file the file of {@link Source#FILE}, otherwise empty
     * @param line the line in the file, otherwise 0
     */
    record Value(Object value, Source source, String file, int line) {}

    /** Returns the value of a setting, its default, or null if it has neither. */
    @SuppressWarnings("unchecked")
    public <T> @Nullable T get(Setting<T> setting) {
        Value value = values.get(setting);
        return value == null ? setting.defaultValue() : (T) value.value();
    }

    /** Returns true if a source gives a value. */
    public boolean has(Setting<?> setting) {
        return values.containsKey(setting);
    }

    /** Returns the source of a setting's value. */
    public Source source(Setting<?> setting) {
        Value value = values.get(setting);
        return value == null ? Source.DEFAULT : value.source();
    }

    /** Returns the name of a setting as its source spells it: a flag, a variable, or a key of the file. */
    public String name(Setting<?> setting) {
        return switch (source(setting)) {
            case DEFAULT, FLAG -> setting.flag();
            case ENVIRONMENT -> setting.variable();
            case FILE -> setting.name();
        };
    }

    /** Returns the place of a setting's value for a sentence, such as {@code port in plinth.yaml:3}. */
    public String place(Setting<?> setting) {
        String line = line(setting);
        return line.isEmpty() ? name(setting) : name(setting) + " in " + line;
    }

    /** Returns the file and line of a setting's value, or an empty text if it has another source. */
    public String line(Setting<?> setting) {
        Value value = values.get(setting);
        return value == null || value.file().isEmpty() ? "" : value.file() + ":" + value.line();
    }

    /** Returns these values without one of them. */
    public Config without(Setting<?> setting) {
        Map<Setting<?>, Value> fewer = new LinkedHashMap<>(values);
        fewer.remove(setting);
        return new Config(settings, fewer);
    }

    /** Returns these values, but those of live settings from another configuration. */
    public Config withLive(Config other) {
        Map<Setting<?>, Value> mixed = new LinkedHashMap<>();
        for (Setting<?> setting : settings) {
            Value value = (setting.isLive() ? other : this).values.get(setting);
            if (value != null) {
                mixed.put(setting, value);
            }
        }
        return new Config(settings, mixed);
    }

    /** Returns the settings whose values differ from another configuration, in the order of their declaration. */
    public List<Setting<?>> differences(Config other) {
        List<Setting<?>> different = new ArrayList<>();
        for (Setting<?> setting : settings) {
            if (!Objects.equals(get(setting), other.get(setting))) {
                different.add(setting);
            }
        }
        return different;
    }

    /** Returns one line for each setting: name, value and source, in columns. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        int names =
                settings.stream().mapToInt(each -> each.name().length()).max().orElse(0);
        for (Setting<?> setting : settings) {
            lines.add(setting.name() + " ".repeat(names + 2 - setting.name().length()) + shown(setting) + "  ("
                    + sourceOf(setting) + ")");
        }
        return lines;
    }

    private String sourceOf(Setting<?> setting) {
        return switch (source(setting)) {
            case DEFAULT -> "default";
            case FILE -> line(setting);
            case ENVIRONMENT -> setting.variable();
            case FLAG -> setting.flag();
        };
    }

    private <T> String shown(Setting<T> setting) {
        T value = get(setting);
        if (!has(setting) || value == null) {
            return setting.defaultText();
        }
        if (setting.isSecret()) {
            return "…";
        }
        String shown = setting.format().shown(value);
        return shown.isEmpty() ? "none" : shown;
    }
}
