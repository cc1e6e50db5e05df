package dev.plinth.engine.http.config;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A choice between some words, in any case of letters. */
record ChoiceFormat(List<String> words) implements Format<String> {
    @Override
    public @Nullable String read(ConfigValue node, String name, FaultList faults) {
        if (node instanceof ConfigValue.Scalar scalar
                && words.contains(scalar.text().toLowerCase(Locale.ROOT))) {
            return scalar.text().toLowerCase(Locale.ROOT);
        }
        return Format.wrong(node, name, range(), faults);
    }

    @Override
    public Map<String, Object> schema() {
        return Map.of("enum", words);
    }

    @Override
    public String range() {
        return String.join(", ", words.subList(0, words.size() - 1)) + " or " + words.get(words.size() - 1);
    }
}
