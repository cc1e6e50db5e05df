package dev.plinth.engine.http.program;

import dev.plinth.engine.DataDirectory;
import dev.plinth.engine.Engine;
import dev.plinth.engine.EngineBuilder;
import dev.plinth.engine.api.StoreReport;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/**
 * A command on the directory of a store, or on the archive of the program's classes. Picocli fills it. It takes nothing
 * from the environment.
 */
public sealed interface StoreCommand {
    /** The commands by their word on the command line. */
    Map<String, Supplier<StoreCommand>> BY_NAME = Map.of(
            "verify",
            Verify::new,
            "backup",
            Backup::new,
            "recover",
            Recover::new,
            "upgrade",
            Upgrade::new,
            "archive",
            Archive::new);

    /** Runs the command. Throws {@code IllegalStateException} with one sentence if it cannot. */
    StoreReport run();

    /** Returns true if the arguments are one of these commands. */
    static boolean isMeant(List<String> arguments) {
        return !arguments.isEmpty() && BY_NAME.containsKey(arguments.get(0));
    }

    /**
     * Parses the command. Its {@code getCommand()} is the {@link StoreCommand}.
     *
     * @throws ParameterException whose message's first line says what is wrong
     */
    static CommandLine read(List<String> arguments) {
        Supplier<StoreCommand> command = BY_NAME.get(arguments.get(0));
        CommandLine line = CommandLineReader.lineOf(command == null ? new Verify() : command.get());
        line.parseArgs(arguments.subList(1, arguments.size()).toArray(String[]::new));
        return line;
    }

    /** The command {@code verify}. */
    @Command(
            name = "plinth.jar verify",
            mixinStandardHelpOptions = true,
            versionProvider = ProgramVersion.class,
            usageHelpWidth = 100,
            description = "Reads every file of a data directory and names each damage; an engine may have it open."
                    + " Exit code 0: whole, 1: damaged.")
    final class Verify implements StoreCommand {
        @Parameters(paramLabel = "DIR", converter = PathConverter.class, description = "The data directory.")
        @SuppressWarnings("NullAway.Init") // picocli sets it or refuses
        private Path directory;

        @Override
        public StoreReport run() {
            return DataDirectory.verify(directory);
        }
    }

    /** The command {@code backup}. */
    @Command(
            name = "plinth.jar backup",
            mixinStandardHelpOptions = true,
            versionProvider = ProgramVersion.class,
            usageHelpWidth = 100,
            description = "Copies a data directory, also while an engine serves it, and verifies the copy."
                    + " All that was acknowledged before is in it.")
    final class Backup implements StoreCommand {
        @Parameters(
                index = "0",
                paramLabel = "DIR",
                converter = PathConverter.class,
                description = "The data directory.")
        @SuppressWarnings("NullAway.Init") // picocli sets it or refuses
        private Path directory;

        @Parameters(
                index = "1",
                paramLabel = "TARGET",
                converter = PathConverter.class,
                description = "A directory that is not there, or empty.")
        @SuppressWarnings("NullAway.Init") // picocli sets it or refuses
        private Path target;

        @Override
        public StoreReport run() {
            return DataDirectory.backup(directory, target);
        }
    }

    /** The command {@code recover}. */
    @Command(
            name = "plinth.jar recover",
            mixinStandardHelpOptions = true,
            versionProvider = ProgramVersion.class,
            usageHelpWidth = 100,
            description =
                    "Makes a damaged data directory open again with what is whole from its beginning on; puts the rest"
                            + " aside and deletes nothing. Exit code 0: it opens, 1: it would lose something.")
    final class Recover implements StoreCommand {
        @Option(names = "--accept-loss", description = "Do it; without this it only tells what would be lost.")
        private boolean acceptLoss;

        @Parameters(paramLabel = "DIR", converter = PathConverter.class, description = "The data directory.")
        @SuppressWarnings("NullAway.Init") // picocli sets it or refuses
        private Path directory;

        @Override
        public StoreReport run() {
            return DataDirectory.recover(directory, acceptLoss);
        }
    }

    /** The command {@code upgrade}. */
    @Command(
            name = "plinth.jar upgrade",
            mixinStandardHelpOptions = true,
            versionProvider = ProgramVersion.class,
            usageHelpWidth = 100,
            description = "Converts a data directory that an older release has written, so that this one opens it, and"
                    + " keeps the old files in before-upgrade. No engine may have it open."
                    + " Exit code 0: it opens, 1: it could not be converted.")
    final class Upgrade implements StoreCommand {
        @Option(names = "--check", description = "Read and convert everything, and change nothing.")
        private boolean check;

        @Option(
                names = "--max-resources",
                paramLabel = "N",
                description = "As for serve: how many resources the tables have room for.")
        private @Nullable Long maxResources;

        @Option(
                names = "--secret-key-file",
                paramLabel = "FILE",
                converter = PathConverter.class,
                description = "As for serve: the file of the master key, if it is not in the directory.")
        private @Nullable Path secretKeyFile;

        @Parameters(paramLabel = "DIR", converter = PathConverter.class, description = "The data directory.")
        @SuppressWarnings("NullAway.Init") // picocli sets it or refuses
        private Path directory;

        @Override
        public StoreReport run() {
            EngineBuilder settings = Engine.builder().directory(directory);
            if (maxResources != null) {
                settings.maxResources(maxResources);
            }
            if (secretKeyFile != null) {
                settings.secretKeyFile(secretKeyFile);
            }
            return DataDirectory.upgrade(settings, check);
        }
    }

    /** The command {@code archive}. */
    @Command(
            name = "plinth.jar archive",
            mixinStandardHelpOptions = true,
            versionProvider = ProgramVersion.class,
            usageHelpWidth = 100,
            description = "Starts the program once in a store of its own and writes its classes to a file. A start with"
                    + " java -XX:SharedArchiveFile=FILE is quicker then. Make it anew for a new jar or JVM.")
    final class Archive implements StoreCommand {
        @Parameters(paramLabel = "FILE", converter = PathConverter.class, description = "The file, replaced if there.")
        @SuppressWarnings("NullAway.Init") // picocli sets it or refuses
        private Path file;

        @Override
        public StoreReport run() {
            long bytes = new ClassArchive(ClassArchive.ownJar(), file).make();
            return new StoreReport(
                    true,
                    List.of("made: " + file + ", " + bytes + " bytes; start with java -XX:SharedArchiveFile=" + file
                            + " -jar plinth.jar"));
        }
    }

    /** Reads a directory or file. Refuses an empty one, which would be the working directory. */
    final class PathConverter implements ITypeConverter<Path> {
        @Override
        public Path convert(String value) {
            if (value.isBlank()) {
                throw new TypeConversionException("it must be a path, and is empty");
            }
            return Path.of(value);
        }
    }
}
