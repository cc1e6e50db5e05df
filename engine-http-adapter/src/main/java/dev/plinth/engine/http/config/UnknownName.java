package dev.plinth.engine.http.config;

import dev.plinth.engine.api.NearestName;
import java.util.List;
import java.util.Optional;

/** Makes the sentence on a name that is unknown. */
public final class UnknownName {
    private UnknownName() {}

    /**
     * Returns the sentence on an unknown name, with the nearest one, or with all names if none is near.
     *
     * @param kind the kind of name, such as {@code key}
     * @param name the name as the user wrote it
     * @param names the names that are known
     */
    public static String sentence(String kind, String name, List<String> names) {
        return sentence(kind, "", name, names);
    }

    /** Returns this sentence, where a prefix of the name is right. */
    static String sentence(String kind, String prefix, String name, List<String> names) {
        Optional<String> nearest = NearestName.of(name, names);
        String next =
                nearest.isPresent() ? "The nearest name is " + nearest.get() : "Use one of " + String.join(", ", names);
        return "Unknown " + kind + " " + FaultList.shown(prefix + name) + ". " + next + ".";
    }
}
