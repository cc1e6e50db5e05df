package dev.plinth.engine.http.program;

import dev.plinth.engine.DataDirectory;
import dev.plinth.engine.EngineBuilder;
import dev.plinth.engine.api.StoreReport;
import dev.plinth.engine.api.WorkspaceImport;
import dev.plinth.engine.api.WorkspaceTransfer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/**
 * The commands {@code export} and {@code import}, which move a workspace between data directories. They take the options
 * of {@code serve} too, because a store is opened with the settings under which it is served.
 */
public enum TransferCommand {
    EXPORT("export") {
        @Override
        CommandSpec spec() {
            CommandSpec spec = CommandLineReader.withSettings(
                    "plinth.jar export",
                    "Writes all of a workspace into an encrypted file. No engine may have the data directory open."
                            + " Takes the options of serve. Exit code 0: done, 1: not done.");
            spec.addOption(requiredOption(WORKSPACE, "ID", "The workspace, ws_...", String.class));
            spec.addOption(requiredOption(OUT, "FILE", "The file to make.", Path.class));
            return spec;
        }

        @Override
        StoreReport run(EngineBuilder settings, CommandLine line) {
            Path file = path(line, OUT);
            WorkspaceTransfer done =
                    DataDirectory.exportWorkspace(settings, text(line, WORKSPACE), file, path(line, KEY));
            return new StoreReport(
                    true,
                    List.of("exported: " + done.workspaceId() + ", " + done.rows() + " rows, " + done.fileBytes()
                            + " bytes, to " + file));
        }
    },

    IMPORT("import") {
        @Override
        CommandSpec spec() {
            CommandSpec spec = CommandLineReader.withSettings(
                    "plinth.jar import",
                    "Puts an exported workspace into a data directory, all of it or nothing. No engine may have the"
                            + " directory open. Takes the options of serve. Exit code 0: done, 1: not done.");
            spec.addOption(requiredOption(IN, "FILE", "The file of plinth.jar export.", Path.class));
            spec.addOption(OptionSpec.builder(PLAN)
                    .arity("1")
                    .type(String.class)
                    .paramLabel("NAME")
                    .description("Put the workspace under this plan.")
                    .build());
            spec.addOption(OptionSpec.builder(PAUSE_WEBHOOKS)
                    .arity("0")
                    .type(boolean.class)
                    .description("Disable all webhook endpoints of the workspace, so that the copy sends nothing.")
                    .build());
            return spec;
        }

        @Override
        StoreReport run(EngineBuilder settings, CommandLine line) {
            WorkspaceImport input = WorkspaceImport.of(path(line, IN), path(line, KEY));
            if (line.getParseResult().hasMatchedOption(PAUSE_WEBHOOKS)) {
                input = input.pausingWebhooks();
            }
            String plan = line.getParseResult().matchedOptionValue(PLAN, "");
            WorkspaceTransfer done =
                    DataDirectory.importWorkspace(settings, plan.isEmpty() ? input : input.underPlan(plan));
            List<String> lines = new ArrayList<>();
            lines.add("imported: " + done.workspaceId() + ", " + done.rows() + " rows");
            if (done.sharesLeftOut() > 0) {
                lines.add("left out: " + done.sharesLeftOut()
                        + " shares whose grantees are not in this store or do not accept them");
            }
            return new StoreReport(true, lines);
        }
    };

    private static final String WORKSPACE = "--workspace";
    private static final String OUT = "--out";
    private static final String IN = "--in";
    private static final String KEY = "--key";
    private static final String PLAN = "--plan";
    private static final String PAUSE_WEBHOOKS = "--pause-webhooks";

    private final String word;

    TransferCommand(String word) {
        this.word = word;
    }

    /** Returns true if the arguments are one of these commands. */
    static boolean isMeant(List<String> arguments) {
        return !arguments.isEmpty() && (EXPORT.word.equals(arguments.get(0)) || IMPORT.word.equals(arguments.get(0)));
    }

    /** Returns the command of these arguments. */
    static TransferCommand of(List<String> arguments) {
        return EXPORT.word.equals(arguments.get(0)) ? EXPORT : IMPORT;
    }

    /**
     * Parses the options.
     *
     * @throws ParameterException whose message's first line says what is wrong
     */
    CommandLine parse(List<String> arguments) {
        CommandSpec spec = spec();
        spec.addOption(requiredOption(
                KEY, "FILE", "The file with the 32 bytes of the key that encrypts the export.", Path.class));
        CommandLine line = CommandLineReader.lineOf(spec);
        line.parseArgs(arguments.subList(1, arguments.size()).toArray(String[]::new));
        return line;
    }

    abstract CommandSpec spec();

    /** Runs the command. Throws {@code IllegalStateException} with one sentence if it cannot. */
    abstract StoreReport run(EngineBuilder settings, CommandLine line);

    private static OptionSpec requiredOption(String name, String label, String meaning, Class<?> type) {
        return OptionSpec.builder(name)
                .arity("1")
                .required(true)
                .type(type)
                .paramLabel(label)
                .description(meaning)
                .build();
    }

    private static String text(CommandLine line, String option) {
        return line.getParseResult().matchedOptionValue(option, "");
    }

    private static Path path(CommandLine line, String option) {
        return line.getParseResult().matchedOptionValue(option, Path.of(""));
    }
}
