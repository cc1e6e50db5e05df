package dev.plinth.engine.http.program;

import dev.plinth.engine.api.NearestName;
import dev.plinth.engine.http.config.Config;
import dev.plinth.engine.http.config.ConfigReader;
import dev.plinth.engine.http.config.FaultyConfigException;
import dev.plinth.engine.http.config.Setting;
import dev.plinth.engine.http.config.Source;
import dev.plinth.engine.http.config.UnknownName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Reads the options of {@code serve} and {@code check-config}: flags, environment variables and the file. */
public final class CommandLineReader {
    /** The option of {@link Words#CHECK} that asks for the JSON Schema of the file. */
    static final String SCHEMA = "--schema";

    private static final String DEMO_WEBHOOKS = "127.0.0.0/8";
    private static final int HELP_WIDTH = 100;

    private final ConfigReader reader;

    public CommandLineReader(Map<String, String> environment) {
        this.reader = new ConfigReader(ServeSettings.ALL, environment);
    }

    /** Returns the parser of this command. An argument that begins with @ is itself, not the content of a file. */
    static CommandLine lineOf(Object command) {
        return new CommandLine(command).setExpandAtFiles(false);
    }

    /** Returns true if the arguments ask for a check of the options. */
    static boolean isCheck(List<String> arguments) {
        return !arguments.isEmpty() && arguments.get(0).equals(Words.CHECK);
    }

    /** Returns true if the arguments ask for the demonstration. */
    static boolean isDemo(List<String> arguments) {
        return !arguments.isEmpty() && arguments.get(0).equals(Words.DEMO);
    }

    /**
     * Parses the flags.
     *
     * @throws ParameterException whose message's first line says what is wrong
     */
    CommandLine parse(List<String> arguments) {
        boolean hasWord = isCheck(arguments)
                || isDemo(arguments)
                || !arguments.isEmpty() && arguments.get(0).equals(Words.SERVE);
        CommandLine line =
                lineOf(isCheck(arguments) ? checkCommand() : isDemo(arguments) ? demoCommand() : serveCommand());
        List<String> flags = new ArrayList<>(hasWord ? arguments.subList(1, arguments.size()) : arguments);
        if (isDemo(arguments)) {
            addOfDemo(flags);
        }
        line.parseArgs(flags.toArray(String[]::new));
        return line;
    }

    /** Adds the flags without which the demonstration does not work. */
    private static void addOfDemo(List<String> flags) {
        if (!flags.contains(ServeSettings.MEMORY.flag())) {
            flags.add(ServeSettings.MEMORY.flag());
        }
        flags.add(ServeSettings.WEBHOOK_ALLOW.flag());
        flags.add(DEMO_WEBHOOKS);
    }

    /**
     * Reads the options behind parsed flags.
     *
     * @throws FaultyConfigException if any of them has a fault, with all faults
     */
    ServeOptions options(CommandLine line) {
        Map<Setting<?>, List<String>> flags = new LinkedHashMap<>();
        for (Setting<?> setting : ServeSettings.ALL) {
            OptionSpec option = line.getParseResult().matchedOption(setting.flag());
            if (option != null) {
                flags.put(setting, setting.format().isSwitch() ? List.of("true") : option.originalStringValues());
            }
        }
        if (line.getParseResult().hasMatchedPositional(0)) {
            flags.put(ServeSettings.CONFIG, List.of(line.getParseResult().matchedPositionalValue(0, "")));
        }
        Config config = reader.read(flags, ServeSettings.CONFIG);
        return new ServeOptions(config);
    }

    /** Parses and reads the options. */
    public ServeOptions read(List<String> arguments) {
        return options(parse(arguments));
    }

    /** Returns the JSON Schema of the configuration file. */
    String schema() {
        return PrettyJson.of(reader.schema());
    }

    private static CommandSpec serveCommand() {
        CommandSpec command = withSettings("plinth.jar", "Serves the engine over HTTP.", setting -> true);
        List<String> description = new ArrayList<>();
        description.add("%nCommands:");
        description.addAll(Words.lines());
        description.add("%nOptions of serve:");
        command.usageMessage()
                .customSynopsis("plinth.jar [COMMAND] [OPTION]...")
                .description(description.toArray(String[]::new))
                .footer("%nEach option can also be set by an environment variable, such as PLINTH_MAX_RESOURCES for"
                        + " --max-resources, or in the file of --config as max-resources. The option wins over the"
                        + " variable, and the variable over the file. A repeatable option takes several values,"
                        + " separated by commas, from its variable.");
        return command;
    }

    private static CommandSpec demoCommand() {
        return withSettings(
                "plinth.jar demo",
                "Serves a workspace with life in it, to look around in the console: resources, jobs with progress, events,"
                        + " and a receiver of webhooks that fails now and then. All is in memory. Takes the options of serve,"
                        + " but for those on where its data is.",
                setting -> !ServeSettings.OF_STORED_DATA.contains(setting));
    }

    private static CommandSpec checkCommand() {
        CommandSpec command = withSettings(
                "plinth.jar check-config",
                "Names every fault of a configuration file, or shows the settings in effect with their sources."
                        + " Takes the options and the environment of serve. Exit code 0: right, 1: wrong.");
        command.addPositional(PositionalParamSpec.builder()
                .index("0")
                .arity("0..1")
                .type(String.class)
                .paramLabel("FILE")
                .description("The configuration file.")
                .build());
        command.addOption(OptionSpec.builder(SCHEMA)
                .arity("0")
                .type(boolean.class)
                .description("Print the JSON Schema of the file instead.")
                .build());
        return command;
    }

    /** Returns a command that takes the options of {@code serve}. */
    static CommandSpec withSettings(String name, String description) {
        return withSettings(name, description, setting -> true);
    }

    private static CommandSpec withSettings(String name, String description, Predicate<Setting<?>> isShown) {
        CommandSpec command =
                CommandSpec.create().name(name).mixinStandardHelpOptions(true).versionProvider(new ProgramVersion());
        command.usageMessage().width(HELP_WIDTH).sortOptions(false).description(description);
        ServeSettings.ALL.stream()
                .filter(setting -> setting.isFrom(Source.FLAG))
                .forEach(setting -> command.addOption(option(setting, isShown.test(setting))));
        return command;
    }

    private static OptionSpec option(Setting<?> setting, boolean isShown) {
        boolean repeatable = setting.format().isRepeatable();
        OptionSpec.Builder option = OptionSpec.builder(setting.flag())
                .hidden(!isShown)
                .description(setting.meaning() + (repeatable ? " Repeatable." : "") + byDefault(setting));
        return setting.format().isSwitch()
                ? option.arity("0").type(boolean.class).build()
                : option.arity("1")
                        .type(repeatable ? List.class : String.class)
                        .auxiliaryTypes(String.class)
                        .paramLabel(setting.label())
                        .build();
    }

    private static String byDefault(Setting<?> setting) {
        return setting.format().isSwitch() ? "" : " Default: " + setting.defaultText() + ".";
    }

    /** Returns the help of a command, with each address on one line. */
    static String help(CommandLine line) {
        return line.getUsageMessage().replaceAll(" (\\S+:)(\\R +)//", "$2$1//");
    }

    /** Returns the sentence on a wrong command line, with the nearest option in the place of an unknown one. */
    static String sentence(ParameterException wrong) {
        if (wrong instanceof UnmatchedArgumentException unmatched && unmatched.isUnknownOption()) {
            String option = unmatched.getUnmatched().get(0).replaceFirst("=.*", "");
            List<String> options = wrong.getCommandLine().getCommandSpec().optionsMap().keySet().stream()
                    .filter(name -> name.startsWith("--"))
                    .sorted()
                    .toList();
            return NearestName.of(option, options).isPresent()
                    ? UnknownName.sentence("option", option, options)
                    : sentence(wrong.getMessage(), wrong);
        }
        return sentence(wrong.getMessage(), wrong);
    }

    /** Returns the first line of a message, ended as a sentence. */
    static String sentence(@Nullable String message, Object fallback) {
        String text = message == null || message.isBlank() ? fallback.toString() : message.strip();
        String first = text.lines().findFirst().orElse(text).strip();
        return first.endsWith(".") ? first : first + ".";
    }
}
