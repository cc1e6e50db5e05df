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
 * Reads the options of {@code serve} from the command line, and missing ones from the environment.
 *
 * <p>Picocli's own default values were rejected for two reasons. With a flag whose default is {@code true}, picocli
 * takes the flag on the command line for its opposite. Repeatable options would be added to the defaults instead of
 * replacing them.
 */
final class CommandLineReader {
    private static final String PREFIX = "PLINTH_";

    private final Map<String, String> environment;

    CommandLineReader(Map<String, String> environment) {
        this.environment = environment;
    }

    /** Returns the parser of this command. An argument that begins with @ is itself, not the content of a file. */
    static CommandLine lineOf(Object command) {
        return new CommandLine(command).setExpandAtFiles(false);
    }

    /**
     * Parses the command. Its {@code getCommand()} is {@link ServeOptions}, checked unless help or version was asked
     * for.
     *
     * @throws ParameterException whose message's first line says what is wrong
     */
    CommandLine read(List<String> arguments) {
        List<String> given = !arguments.isEmpty() && arguments.get(0).equals("serve")
                ? arguments.subList(1, arguments.size())
                : arguments;
        ParseResult stated = lineOf(new ServeOptions(Map.of())).parseArgs(given.toArray(String[]::new));
        if (stated.isUsageHelpRequested() || stated.isVersionHelpRequested()) {
            return stated.commandSpec().commandLine();
        }
        Map<String, String> variables = new HashMap<>();
        for (OptionSpec option : stated.commandSpec().options()) {
            if (environment.containsKey(variable(option)) && !stated.hasMatchedOption(option) && !isHelp(option)) {
                variables.put(option.longestName(), variable(option));
            }
        }
        CommandLine line = read(given, stated, variables);
        ServeOptions options = line.getCommand();
        if (variables.keySet().removeAll(options.overruled())) {
            line = read(given, stated, variables);
            options = line.getCommand();
        }
        options.check();
        return line;
    }

    private CommandLine read(List<String> given, ParseResult stated, Map<String, String> variables) {
        List<String> all = new ArrayList<>();
        for (OptionSpec option : stated.commandSpec().options()) {
            String variable = variables.get(option.longestName());
            String value = variable == null ? null : environment.get(variable);
            if (variable != null && value != null) {
                all.addAll(asArguments(option, variable, value, stated));
            }
        }
        all.addAll(given);
        ServeOptions options = new ServeOptions(Map.copyOf(variables));
        CommandLine line = lineOf(options);
        try {
            ParseResult unused = line.parseArgs(all.toArray(String[]::new));
            return line;
        } catch (ParameterException wrong) {
            throw new ParameterException(line, options.named(sentence(wrong.getMessage(), wrong)));
        }
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
                        variable + " must be true or false, got \"" + value + "\".");
        };
    }

    /** Returns the first line of a message, ended as a sentence. */
    static String sentence(@Nullable String message, Object fallback) {
        String text = message == null || message.isBlank() ? fallback.toString() : message.strip();
        String first = text.lines().findFirst().orElse(text).strip();
        return first.endsWith(".") ? first : first + ".";
    }
}
