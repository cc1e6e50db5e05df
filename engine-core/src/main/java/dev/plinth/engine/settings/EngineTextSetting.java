package dev.plinth.engine.settings;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * The settings of an engine that are texts, each with its rule and its default. {@link WireIdentity} checks values by
 * them, and the program's configuration and its page follow from them. {@link EngineSetting} has those that are numbers.
 */
public enum EngineTextSetting {
    /** The URI before the code in the type of each problem. */
    PROBLEM_BASE(
            "identity.problemBase",
            "an absolute URI of 1 to 200 characters that ends with /, #, : or =",
            EngineTextSetting::isBase,
            "https://plinth.dev/problems/",
            "URI before the code in the type of each problem."),

    /** The realm of {@code WWW-Authenticate}. */
    REALM(
            "identity.realm",
            "1 to 100 printable ASCII characters without quotes and backslashes",
            Rules.REALM.asMatchPredicate(),
            "plinth",
            "Realm that WWW-Authenticate names to a caller without a valid key."),

    /** The header {@code User-Agent} of webhooks. */
    WEBHOOK_USER_AGENT(
            "identity.userAgent",
            "1 to 200 printable ASCII characters, no blank at either end",
            Rules.USER_AGENT.asMatchPredicate(),
            "Plinth-Webhooks/ and the version",
            "Header User-Agent of webhooks.");

    private final String javaName;
    private final String form;
    private final Predicate<String> rule;
    private final String byDefault;
    private final String meaning;

    EngineTextSetting(String javaName, String form, Predicate<String> rule, String byDefault, String meaning) {
        this.javaName = javaName;
        this.form = form;
        this.rule = rule;
        this.byDefault = byDefault;
        this.meaning = meaning;
    }

    /** The patterns, which an enum's constants cannot name as its own fields. */
    private static final class Rules {
        static final Pattern REALM = Pattern.compile("[ -~&&[^\"\\\\]]{1,100}");
        static final Pattern USER_AGENT = Pattern.compile("[!-~]([ -~]{0,198}[!-~])?");
        static final Pattern BASE = Pattern.compile("[!-~]{0,199}[/#:=]");
    }

    /** Returns the name in the program's configuration, such as {@code problem-base}. */
    public String settingName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Returns the method of the engine's builder that takes it, and the component of its argument. */
    public String javaName() {
        return javaName;
    }

    /** Returns the form of a value, such as {@code an absolute URI}. */
    public String form() {
        return form;
    }

    /** Returns one sentence on the setting. */
    public String meaning() {
        return meaning;
    }

    /** Returns the value that holds if none is given. That of the user agent is a description of it. */
    public String byDefault() {
        return byDefault;
    }

    /**
     * Checks a value.
     *
     * @return the value
     * @throws IllegalArgumentException if it has another form
     * @throws NullPointerException if it is null
     */
    public String checked(String value) {
        Objects.requireNonNull(value, () -> javaName + " must not be null; leave it out for the default.");
        if (!rule.test(value)) {
            throw new IllegalArgumentException(javaName + " (" + settingName() + ") must be " + form + ", got "
                    + shown(value) + ". Correct it, or leave it out.");
        }
        return value;
    }

    private static String shown(String value) {
        String printable = value.replaceAll("[^ -~]", "?");
        return "\"" + (printable.length() > 100 ? printable.substring(0, 100) + "…" : printable) + "\"";
    }

    private static boolean isBase(String value) {
        try {
            return Rules.BASE.matcher(value).matches() && new URI(value + "code").isAbsolute();
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
