package dev.plinth.engine.http.program;

import dev.plinth.engine.http.config.UnknownName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The first words of the program's command line, in the order in which the help shows them. */
public final class Words {
    /** The word that serves the engine, as no word does too. */
    static final String SERVE = "serve";

    /** The word that serves a workspace with life in it, from memory. */
    public static final String DEMO = "demo";

    /** The word that asks for a check of the options. */
    public static final String CHECK = "check-config";

    /** The word before the commands for a log that several nodes share. */
    public static final String LOG = "log";

    private static final String HELP = "help";
    private static final String VERSION = "version";

    /** Each word with its meaning. */
    private static final Map<String, String> DESCRIPTIONS = new LinkedHashMap<>();

    static {
        DESCRIPTIONS.put(SERVE, "Serve the engine over HTTP, which no command does too.");
        DESCRIPTIONS.put(DEMO, "Serve a workspace with life in it from memory, to look around.");
        DESCRIPTIONS.put(CHECK, "Name every fault of a configuration file.");
        DESCRIPTIONS.put("verify", "Read a data directory and name each damage.");
        DESCRIPTIONS.put("backup", "Copy a data directory, also while it is served.");
        DESCRIPTIONS.put("recover", "Make a damaged data directory open again.");
        DESCRIPTIONS.put("upgrade", "Convert a data directory of an older format.");
        DESCRIPTIONS.put("export", "Write a workspace into an encrypted file.");
        DESCRIPTIONS.put("import", "Put an exported workspace into a data directory.");
        DESCRIPTIONS.put(LOG, "Show, verify, import or export a log of several nodes.");
        DESCRIPTIONS.put("archive", "Write a class archive, for quicker starts.");
        DESCRIPTIONS.put(HELP, "Show the options of a command: help COMMAND.");
        DESCRIPTIONS.put(VERSION, "Show the version.");
    }

    private Words() {}

    /**
     * Returns the arguments without the words {@code help} and {@code version}, which become options.
     *
     * @throws IllegalArgumentException if the first argument is an unknown word, with the sentence
     */
    static List<String> resolved(List<String> arguments) {
        if (arguments.isEmpty() || arguments.get(0).startsWith("-")) {
            return arguments;
        }
        String word = arguments.get(0);
        if (!DESCRIPTIONS.containsKey(word)) {
            throw new IllegalArgumentException(
                    UnknownName.sentence("command", word, List.copyOf(DESCRIPTIONS.keySet())));
        }
        if (word.equals(VERSION)) {
            return List.of("--version");
        }
        if (!word.equals(HELP)) {
            return arguments;
        }
        List<String> asked = new ArrayList<>(resolved(arguments.subList(1, arguments.size())));
        asked.add("--help");
        return asked;
    }

    /** Returns the lines of the help, a word each. */
    static List<String> lines() {
        return DESCRIPTIONS.entrySet().stream()
                .map(entry -> String.format("  %-13s %s", entry.getKey(), entry.getValue()))
                .collect(Collectors.toList());
    }
}
