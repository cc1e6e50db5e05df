package dev.plinth.engine.http;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * Reads the options of {@code serve} from the command line and, for those that are not there, from the environment.
 *
 * <p>Picocli's own default values were rejected: beside a flag's default {@code true}, picocli takes the flag on the command
 * line for its opposite, and repeatable options would not be replaced but added to.
 */
final class CommandLineReader {
    private static final String PREFIX = "PLINTH_";

    private final Map<String, String> environment;

    CommandLineReader(Map<String, String> environment) {
        this.environment = environment;
    }

    /**
     * The parsed command; {@code getCommand()} is its {@link ServeOptions}, checked unless help or version was asked for.
     *
     * @throws ParameterException whose message's first line says what is wrong
     */
    CommandLine read(List<String> arguments) {
        List<String> given = !arguments.isEmpty() && arguments.get(0).equals("serve")
                ? arguments.subList(1, arguments.size())
                : arguments;
        ParseResult stated = new CommandLine(new ServeOptions()).parseArgs(given.toArray(String[]::new));
        Map<String, String> sources = new HashMap<>();
        List<String> all = new ArrayList<>();
        for (OptionSpec option : stated.commandSpec().options()) {
            String variable = variable(option);
            String value = environment.get(variable);
            if (value != null && !stated.hasMatchedOption(option) && !isHelp(option)) {
                sources.put(option.longestName(), variable);
                all.addAll(asArguments(option, variable, value, stated));
            }
        }
        all.addAll(given);
        CommandLine line = new CommandLine(new ServeOptions());
        try {
            ParseResult parsed = line.parseArgs(all.toArray(String[]::new));
            if (!parsed.isUsageHelpRequested() && !parsed.isVersionHelpRequested()) {
                ServeOptions options = line.getCommand();
                options.check();
            }
        } catch (ParameterException wrong) {
            throw withSource(wrong, sources);
        }
        return line;
    }

    private static boolean isHelp(OptionSpec option) {
        return option.usageHelp() || option.versionHelp();
    }

    private static String variable(OptionSpec option) {
        return PREFIX
                + option.longestName().replaceFirst("^--", "").replace('-', '_').toUpperCase(Locale.ROOT);
    }

    private static List<String> asArguments(OptionSpec option, String variable, String value, ParseResult stated) {
        String name = option.longestName();
        if (option.isMultiValue()) {
            List<String> each = new ArrayList<>();
            for (String part : value.split(",")) {
                if (!part.isBlank()) {
                    each.add(name + "=" + part.strip());
                }
            }
            return each;
        }
        if (option.arity().max() > 0) {
            return List.of(name + "=" + value);
        }
        return switch (value.strip().toLowerCase(Locale.ROOT)) {
            case "true", "1" -> List.of(name);
            case "false", "0", "" -> List.of();
            default ->
                throw new ParameterException(
                        stated.commandSpec().commandLine(),
                        "Expected " + variable + " to be true or false, but got \"" + value + "\".");
        };
    }

    private static ParameterException withSource(ParameterException wrong, Map<String, String> sources) {
        String variable = wrong.getArgSpec() instanceof OptionSpec option ? sources.get(option.longestName()) : null;
        return variable == null
                ? wrong
                : new ParameterException(wrong.getCommandLine(), wrong.getMessage() + " (from " + variable + ")");
    }

    /** The first line of what is wrong, ended as a sentence. */
    static String sentence(@Nullable String message, Object fallback) {
        String text = message == null || message.isBlank() ? fallback.toString() : message.strip();
        String first = text.lines().findFirst().orElse(text).strip();
        return first.endsWith(".") ? first : first + ".";
    }
}
