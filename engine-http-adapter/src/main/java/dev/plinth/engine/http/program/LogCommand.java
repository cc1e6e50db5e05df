package dev.plinth.engine.http.program;

import dev.plinth.engine.Engine;
import dev.plinth.engine.EngineBuilder;
import dev.plinth.engine.LogTools;
import dev.plinth.engine.api.StoreReport;
import dev.plinth.engine.log.postgres.LogStatus;
import dev.plinth.engine.log.postgres.PostgresLog;
import dev.plinth.engine.log.postgres.PostgresLogBuilder;
import dev.plinth.engine.settings.Tables;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/**
 * A command on a log that several nodes share: {@code log status}, {@code log verify}, {@code log import} or {@code log
 * export}. Picocli fills it. It takes the password of the database from the environment, and nothing else.
 */
public sealed interface LogCommand {
    /** The commands by their second word on the command line. */
    Map<String, Supplier<LogCommand>> BY_NAME =
            Map.of("status", Status::new, "verify", Verify::new, "import", Import::new, "export", Export::new);

    /** The options without a second word. */
    Set<String> ABOUT_ALL = Set.of("--help", "-h", "--version", "-V");

    /** Runs the command. Throws {@code IllegalStateException} with one sentence if it cannot. */
    StoreReport run(Map<String, String> environment);

    /** Returns true if the arguments are one of these commands. */
    static boolean isMeant(List<String> arguments) {
        return !arguments.isEmpty() && arguments.get(0).equals(Words.LOG);
    }

    /**
     * Parses the command. Its {@code getCommand()} is the {@link LogCommand}, or an {@link Overview} if help or version is
     * requested without a second word.
     *
     * @throws ParameterException whose message's first line says what is wrong
     */
    static CommandLine read(List<String> arguments) {
        String word = arguments.size() > 1 && !arguments.get(1).isEmpty() ? arguments.get(1) : "none";
        Supplier<LogCommand> command = BY_NAME.get(word);
        CommandLine line = CommandLineReader.lineOf(command == null ? new Overview() : command.get());
        if (command == null && !ABOUT_ALL.contains(word)) {
            throw new ParameterException(
                    line, "The word behind log must be status, verify, import or export, got " + word + ".");
        }
        line.parseArgs(
                arguments.subList(command == null ? 1 : 2, arguments.size()).toArray(String[]::new));
        return line;
    }

    /** The help of all commands. It takes nothing but the request for help or version. */
    @Command(
            name = "plinth.jar log",
            customSynopsis = {
                "plinth.jar log status URL",
                "       plinth.jar log verify URL",
                "       plinth.jar log import URL DIR",
                "       plinth.jar log export URL DIR"
            },
            mixinStandardHelpOptions = true,
            versionProvider = ProgramVersion.class,
            usageHelpWidth = 100,
            description = "Commands on a log that several nodes share. Each has a --help of its own.")
    final class Overview {}

    /** The log that a command is about. */
    final class Place {
        @Parameters(
                index = "0",
                paramLabel = "URL",
                converter = AddressConverter.class,
                description =
                        "The log, as with serve --log. The password is in PLINTH_LOG_PASSWORD or in a password file.")
        @SuppressWarnings("NullAway.Init") // picocli sets it or refuses
        private LogAddress address;

        PostgresLogBuilder log(Map<String, String> environment) {
            return PostgresLog.of(address.source(environment));
        }
    }

    /** The options of a command that reads or writes all rows. */
    final class Rows {
        private static final String CELL = "plinth";

        @Option(
                names = "--cell",
                paramLabel = "NAME",
                description = "Name of the log in its database. Default: plinth.")
        private String cell = CELL;

        @Option(
                names = "--tables",
                paramLabel = "off-heap|heap",
                converter = TablesConverter.class,
                description = "Place of the rows while they are moved. Default: off-heap.")
        private Tables tables = Tables.OFF_HEAP;

        @Option(names = "--max-resources", paramLabel = "N", description = "Most resources, as with serve.")
        private @Nullable Long maxResources;

        EngineBuilder settings(Path directory, @Nullable Path key) {
            EngineBuilder settings = Engine.builder().directory(directory).tables(tables);
            if (key != null) {
                settings.secretKeyFile(key);
            }
            if (maxResources != null) {
                settings.maxResources(maxResources);
            }
            return settings;
        }
    }

    /** The command {@code log status}. */
    @Command(
            name = "plinth.jar log status",
            mixinStandardHelpOptions = true,
            versionProvider = ProgramVersion.class,
            usageHelpWidth = 100,
            description = "Shows the cells of a log, their leaders, nodes and snapshots. Changes nothing."
                    + " Exit code 0: shown, 1: not.")
    final class Status implements LogCommand {
        @Mixin
        private final Place place = new Place();

        @Option(names = "--json", description = "Prints a line of JSON for programs.")
        private boolean json;

        @Override
        public StoreReport run(Map<String, String> environment) {
            LogStatus status = place.log(environment).status();
            return new StoreReport(true, json ? List.of(StatusJson.of(status)) : StatusText.of(status));
        }
    }

    /** The command {@code log verify}. */
    @Command(
            name = "plinth.jar log verify",
            mixinStandardHelpOptions = true,
            versionProvider = ProgramVersion.class,
            usageHelpWidth = 100,
            description =
                    "Reads all snapshots of a log and all records behind the oldest whole one, and names each damage;"
                            + " nodes may use it. Exit code 0: whole, 1: damaged.")
    final class Verify implements LogCommand {
        @Mixin
        private final Place place = new Place();

        @Option(names = "--cell", paramLabel = "NAME", description = "Name of the log. Default: the only one there.")
        private @Nullable String cell;

        @Override
        public StoreReport run(Map<String, String> environment) {
            try (PostgresLog log = place.log(environment).reader(Optional.ofNullable(cell))) {
                return LogTools.verify(log);
            }
        }
    }

    /** The command {@code log import}. */
    @Command(
            name = "plinth.jar log import",
            mixinStandardHelpOptions = true,
            versionProvider = ProgramVersion.class,
            usageHelpWidth = 100,
            description = "Puts all of a data directory into an empty log, all of it or nothing. No engine may have the"
                    + " directory open, and no node may run. Exit code 0: done, 1: not done.")
    final class Import implements LogCommand {
        @Mixin
        private final Place place = new Place();

        @Parameters(
                index = "1",
                paramLabel = "DIR",
                converter = StoreCommand.PathConverter.class,
                description = "The data directory.")
        @SuppressWarnings("NullAway.Init") // picocli sets it or refuses
        private Path directory;

        @Mixin
        private final Rows rows = new Rows();

        @Option(
                names = "--secret-key-file",
                paramLabel = "FILE",
                description = "The key of all nodes, which must be that of the directory. Default: the file in it.")
        private @Nullable Path key;

        @Option(
                names = "--log-durability",
                paramLabel = "replicated|local",
                converter = LocalConverter.class,
                description = "As with serve. Default: replicated.")
        private boolean local;

        @Override
        public StoreReport run(Map<String, String> environment) {
            PostgresLogBuilder builder = place.log(environment);
            if (local) {
                builder.localDurability();
            }
            try (PostgresLog log = builder.cell(rows.cell)) {
                return LogTools.importDirectory(rows.settings(directory, key), log);
            }
        }
    }

    /** The command {@code log export}. */
    @Command(
            name = "plinth.jar log export",
            mixinStandardHelpOptions = true,
            versionProvider = ProgramVersion.class,
            usageHelpWidth = 100,
            description = "Writes all of a log into a data directory, with its key; nodes may run meanwhile."
                    + " Exit code 0: done, 1: not done.")
    final class Export implements LogCommand {
        @Mixin
        private final Place place = new Place();

        @Parameters(
                index = "1",
                paramLabel = "DIR",
                converter = StoreCommand.PathConverter.class,
                description = "A directory that is not there, or empty.")
        @SuppressWarnings("NullAway.Init") // picocli sets it or refuses
        private Path directory;

        @Mixin
        private final Rows rows = new Rows();

        @Option(
                names = "--secret-key-file",
                paramLabel = "FILE",
                required = true,
                description = "The key of the nodes, which is copied into the directory.")
        @SuppressWarnings("NullAway.Init") // picocli sets it or refuses
        private Path key;

        @Override
        public StoreReport run(Map<String, String> environment) {
            try (PostgresLog log = place.log(environment).reader(Optional.of(rows.cell))) {
                return LogTools.exportDirectory(rows.settings(directory, key), log);
            }
        }
    }

    /** Reads the address of a log. */
    final class AddressConverter implements ITypeConverter<LogAddress> {
        @Override
        public LogAddress convert(String value) {
            try {
                return LogAddress.parse(value);
            } catch (IllegalArgumentException wrong) {
                throw new TypeConversionException(String.valueOf(wrong.getMessage()));
            }
        }
    }

    /** Reads the place of rows. */
    final class TablesConverter implements ITypeConverter<Tables> {
        @Override
        public Tables convert(String value) {
            return switch (value) {
                case "off-heap" -> Tables.OFF_HEAP;
                case "heap" -> Tables.HEAP;
                default -> throw new TypeConversionException("it must be off-heap or heap, got " + value);
            };
        }
    }

    /** Reads a durability as "is it local?". */
    final class LocalConverter implements ITypeConverter<Boolean> {
        @Override
        public Boolean convert(String value) {
            return switch (value) {
                case "replicated" -> false;
                case "local" -> true;
                default -> throw new TypeConversionException("it must be replicated or local, got " + value);
            };
        }
    }
}
