package dev.plinth.engine.http.config;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The declaration of a setting, from which its flag, its variable, its key in the file, its checks and its description
 * follow. Immutable; equal to itself alone.
 *
 * @param <T> the type of its value
 */
public final class Setting<T> {
    private final String name;
    private final Format<T> format;
    private final Words words;
    private final @Nullable T defaultValue;
    private final String defaultText;
    private final Set<Source> sources;
    private final boolean isLive;
    private final boolean isSecret;

    private Setting(
            String name, Format<T> format, Words words, Default<T> byDefault, Set<Source> sources, Set<Trait> traits) {
        this.name = name;
        this.format = format;
        this.words = words;
        this.defaultValue = byDefault.value();
        this.defaultText = byDefault.text();
        this.sources = sources;
        this.isLive = traits.contains(Trait.LIVE);
        this.isSecret = traits.contains(Trait.SECRET);
    }

    private record Default<T>(@Nullable T value, String text) {}

    private record Words(String label, String meaning, String javaNames) {}

    private enum Trait {
        LIVE,
        SECRET
    }

    /**
     * Declares a setting of all sources without a default value.
     *
     * @param name the key in the file, such as {@code max-resources}
     * @param label the value in the help, such as {@code PORT}
     * @param meaning one sentence
     */
    public static <T> Setting<T> of(String name, Format<T> format, String label, String meaning) {
        return new Setting<>(
                name,
                format,
                new Words(label, meaning, ""),
                new Default<>(null, "none"),
                EnumSet.complementOf(EnumSet.of(Source.DEFAULT)),
                EnumSet.noneOf(Trait.class));
    }

    /** Returns this setting with a default value. */
    public Setting<T> byDefault(T value) {
        return with(new Default<>(value, format.shown(value)), sources, traits());
    }

    /** Returns this setting with a text for the value that the program chooses by itself. */
    public Setting<T> byDefault(T value, String text) {
        return with(new Default<>(value, text), sources, traits());
    }

    /** Returns this setting with a text for what holds without a value. */
    public Setting<T> withoutIt(String text) {
        return with(new Default<>(null, text), sources, traits());
    }

    /** Returns this setting for some sources only. */
    public Setting<T> from(Source first, Source... others) {
        return with(new Default<>(defaultValue, defaultText), EnumSet.of(first, others), traits());
    }

    /**
     * Returns this setting with what a host that embeds the engine calls instead.
     *
     * @param names methods of the builders, such as {@code engine.maxResources} or {@code server.port}, separated by commas
     */
    public Setting<T> inJava(String names) {
        return new Setting<>(
                name,
                format,
                new Words(words.label, words.meaning, names),
                new Default<>(defaultValue, defaultText),
                sources,
                traits());
    }

    /** Returns this setting, which changes while the program runs. Others need a restart. */
    public Setting<T> live() {
        Set<Trait> more = traits();
        more.add(Trait.LIVE);
        return with(new Default<>(defaultValue, defaultText), sources, more);
    }

    /** Returns this setting, whose value is never shown. */
    public Setting<T> secret() {
        Set<Trait> more = traits();
        more.add(Trait.SECRET);
        return with(new Default<>(defaultValue, defaultText), sources, more);
    }

    private Setting<T> with(Default<T> byDefault, Set<Source> from, Set<Trait> traits) {
        return new Setting<>(name, format, words, byDefault, from, traits);
    }

    private Set<Trait> traits() {
        Set<Trait> traits = EnumSet.noneOf(Trait.class);
        if (isLive) {
            traits.add(Trait.LIVE);
        }
        if (isSecret) {
            traits.add(Trait.SECRET);
        }
        return traits;
    }

    /** Returns the key in the file. */
    public String name() {
        return name;
    }

    /** Returns the flag, such as {@code --max-resources}. */
    public String flag() {
        return "--" + name;
    }

    /** Returns the environment variable, such as {@code PLINTH_MAX_RESOURCES}. */
    public String variable() {
        return "PLINTH_" + name.replace('-', '_').toUpperCase(Locale.ROOT);
    }

    /** Returns true if the setting may come from a source. */
    public boolean isFrom(Source source) {
        return sources.contains(source);
    }

    /** Returns the format of the value. */
    public Format<T> format() {
        return format;
    }

    /** Returns the value in the help. */
    public String label() {
        return words.label;
    }

    /** Returns what a host that embeds the engine calls instead; empty if that has no such setting. */
    public String javaNames() {
        return words.javaNames;
    }

    /** Returns one sentence on the setting. */
    public String meaning() {
        return words.meaning;
    }

    /** Returns the default value, or null if there is none. */
    public @Nullable T defaultValue() {
        return defaultValue;
    }

    /** Returns the default for the help, the table and {@code check-config}. */
    public String defaultText() {
        return defaultText;
    }

    /** Returns true if the setting changes while the program runs. */
    public boolean isLive() {
        return isLive;
    }

    /** Returns true if the value is never shown. */
    public boolean isSecret() {
        return isSecret;
    }

    @Override
    public String toString() {
        return name;
    }
}
