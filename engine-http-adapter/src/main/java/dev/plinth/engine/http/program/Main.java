package dev.plinth.engine.http.program;

import dev.plinth.engine.Engine;
import dev.plinth.engine.EngineBuilder;
import dev.plinth.engine.api.StoreReport;
import dev.plinth.engine.http.EngineServer;
import dev.plinth.engine.http.EngineServerBuilder;
import dev.plinth.engine.http.config.FaultyConfigException;
import dev.plinth.engine.http.demo.Demo;
import dev.plinth.engine.http.forward.Handover;
import dev.plinth.engine.http.log.AccessLog;
import dev.plinth.engine.log.NodeRole;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/**
 * The standalone program: {@code java -jar plinth.jar [serve]}, {@code demo}, {@code check-config}, or one of
 * the {@link StoreCommand}s, {@link TransferCommand}s and {@link LogCommand}s.
 *
 * <p>Exit codes:
 * <ul>
 * <li>0 after SIGTERM, for {@code --help} and {@code --version}, and for a right configuration, and for a whole store
 * <li>1 if it cannot start or stop, if a configuration is wrong, or if a store is damaged or cannot be
 * used
 * <li>2 for a usage error
 * <li>3 after SIGTERM if the journal had failed
 * <li>4 if the JVM ran out of memory, or a thread has ended that the engine cannot do without
 * </ul> A failure is told in one sentence on standard error.
 */
public final class Main {
    private static final int OK = 0;
    private static final int CANNOT_START = 1;
    private static final int CANNOT_STOP = 1;
    private static final int NOT_WHOLE = 1;
    private static final int WRONG_CONFIG = 1;
    private static final int USAGE = 2;
    private static final int JOURNAL_FAILED = 3;

    /** The property with the JDK's sources of locale data. With SPI alone the JDK has the root's. */
    private static final String LOCALE_PROVIDERS = "java.locale.providers";

    private final PrintStream out;
    private final ProgramOutput output;
    private final UnaryOperator<EngineBuilder> change;

    /** The exit code after a clean stop. Another one than 0 is set once a start has failed, before the stop begins. */
    private volatile int ended = OK;

    /** Ends the program for a signal. A start is only ended: what it has written is whole, as after a kill. */
    private volatile Runnable stop = () -> Runtime.getRuntime().halt(ended);

    private Main(PrintStream out, PrintStream err, UnaryOperator<EngineBuilder> change) {
        this.out = out;
        this.change = change;
        this.output = new ProgramOutput(out, err);
    }

    /** Runs the program until it is told to stop, and exits at once if it does not start. */
    public static void main(String[] arguments) {
        run(List.of(arguments), UnaryOperator.identity());
    }

    /**
     * Runs the program likewise.
     *
     * @param change changes the engine that is served
     */
    static void run(List<String> arguments, UnaryOperator<EngineBuilder> change) {
        doWithoutLocaleData();
        ConsoleLogging.quiet();
        int status = new Main(System.out, System.err, change).run(arguments, System.getenv());
        if (status != OK) {
            System.exit(status);
        }
    }

    /**
     * Keeps the JDK from loading locale data. Jetty asks for every locale as it is loaded, a sixteenth of a cold start,
     * and nothing here uses one.
     */
    private static void doWithoutLocaleData() {
        if (System.getProperty(LOCALE_PROVIDERS) == null) {
            System.setProperty(LOCALE_PROVIDERS, "SPI");
        }
    }

    private int run(List<String> given, Map<String, String> environment) {
        CommandLineReader reader = new CommandLineReader(environment);
        List<String> arguments;
        CommandLine line;
        try {
            arguments = Words.resolved(given);
            line = parse(reader, arguments);
        } catch (IllegalArgumentException unknown) {
            output.say(String.valueOf(unknown.getMessage()));
            output.hint("Run plinth.jar help to see the commands.");
            return USAGE;
        } catch (ParameterException wrong) {
            output.say(CommandLineReader.sentence(wrong));
            output.hint("Add --help to the command to see its options.");
            return USAGE;
        }
        if (line.isUsageHelpRequested()) {
            out.print(CommandLineReader.help(line));
            return OK;
        }
        if (line.isVersionHelpRequested()) {
            line.printVersionHelp(out);
            return OK;
        }
        if (line.getCommand() instanceof StoreCommand command) {
            return work(command::run);
        }
        if (line.getCommand() instanceof LogCommand command) {
            return work(() -> command.run(environment));
        }
        if (TransferCommand.isMeant(arguments)) {
            return transfer(TransferCommand.of(arguments), reader, line);
        }
        return CommandLineReader.isCheck(arguments)
                ? check(reader, line)
                : serve(reader, line, CommandLineReader.isDemo(arguments));
    }

    private static CommandLine parse(CommandLineReader reader, List<String> arguments) {
        if (StoreCommand.isMeant(arguments)) {
            return StoreCommand.read(arguments);
        }
        if (LogCommand.isMeant(arguments)) {
            return LogCommand.read(arguments);
        }
        return TransferCommand.isMeant(arguments)
                ? TransferCommand.of(arguments).parse(arguments)
                : reader.parse(arguments);
    }

    private int check(CommandLineReader reader, CommandLine line) {
        if (line.getParseResult().hasMatchedOption(CommandLineReader.SCHEMA)) {
            out.print(reader.schema());
            return OK;
        }
        try {
            ServeOptions options = reader.options(line);
            Optional<String> note = options.checkTogether();
            options.config().lines().forEach(out::println);
            note.ifPresent(sentence -> out.println("Note: " + sentence));
            return OK;
        } catch (FaultyConfigException wrong) {
            wrong.faults().forEach(out::println);
            return WRONG_CONFIG;
        }
    }

    private int serve(CommandLineReader reader, CommandLine line, boolean isDemo) {
        try {
            ServeOptions options = reader.options(line);
            if (options.logsJson()) {
                ConsoleLogging.toJson();
                output.toJson();
            }
            return serve(options, new ConfigReload(options, () -> reader.options(line)), isDemo);
        } catch (FaultyConfigException wrong) {
            wrong.faults().forEach(fault -> output.say(fault.toString()));
            output.hint("Add --help to the command to see its options.");
            return USAGE;
        }
    }

    private int transfer(TransferCommand command, CommandLineReader reader, CommandLine line) {
        try {
            ServeOptions options = reader.options(line);
            return work(() -> command.run(options.settings(), line));
        } catch (FaultyConfigException wrong) {
            wrong.faults().forEach(fault -> output.say(fault.toString()));
            return USAGE;
        }
    }

    private int work(Supplier<StoreReport> command) {
        try {
            StoreReport report = command.get();
            report.lines().forEach(out::println);
            return report.isWhole() ? OK : NOT_WHOLE;
        } catch (RuntimeException | Error failure) {
            output.say(sentence(failure));
            return NOT_WHOLE;
        }
    }

    private int serve(ServeOptions options, ConfigReload reload, boolean isDemo) {
        Engine engine = null;
        Announcement announcement = null;
        // A failed start is told in a sentence, never in a stack trace; hence the broad catch.
        try {
            // Without the halt in it, a JVM that a signal ended exits with 128 + the signal's number.
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stop.run(), "plinth-stop"));
            if (options.isReloadable()) {
                // First, because a SIGHUP would end the program until then, and a start may take minutes.
                HangupSignal.handle(() -> reload.onSignal(output::tell, output::say));
            }
            options.checkTls();
            Optional<AccessLog> accessLog = options.accessLog(output.standardOutput());
            EngineBuilder builder = change.apply(options.engine());
            if (options.isReloadable()) {
                builder.configReload(() -> reload.reload().json());
            }
            Optional<Demo> demo = isDemo ? Optional.of(new Demo(builder)) : Optional.empty();
            engine = builder.open();
            Announcement opened = new Announcement(output, engine, options);
            announcement = opened;
            stop = () -> {
                secrets(options, opened);
                Runtime.getRuntime().halt(ended);
            };
            engine.settings().requirePlansAndTypesInUse(builder);
            EngineServer server = listen(engine, options, accessLog);
            if (engine.role() == NodeRole.FOLLOWER) {
                WarmUp.start();
            }
            reload.serves(engine, server, accessLog);
            stopOnSignal(engine, server, demo, accessLog, () -> secrets(options, opened));
            if (demo.isPresent()) {
                demo.get().begin(engine, engine.firstStart().orElseThrow().workspaceId());
            }
            FatalExit end = FatalExit.watching(engine, output);
            opened.all(server);
            reload.catchUp(output::tell, output::say);
            end.await();
            return OK;
        } catch (RuntimeException | Error failure) {
            ended = CANNOT_START;
            output.say(options.named(sentence(failure)));
            if (engine != null && announcement != null) {
                secrets(options, announcement);
                engine.close();
            }
            return CANNOT_START;
        }
    }

    /** Returns the sentence of a failure. For missing memory it adds the next step, which the JVM does not. */
    private static String sentence(Throwable failure) {
        return failure instanceof OutOfMemoryError
                ? "The JVM has no memory left (" + failure.getMessage()
                        + "). Give it more with -Xmx, and with -XX:MaxDirectMemorySize where that is set."
                : CommandLineReader.sentence(failure.getMessage(), failure);
    }

    private static EngineServer listen(Engine engine, ServeOptions options, Optional<AccessLog> accessLog) {
        try {
            EngineServerBuilder builder = options.applyTo(EngineServer.builder(engine));
            accessLog.ifPresent(builder::accessLog);
            return builder.start();
        } catch (UncheckedIOException unable) {
            throw new UncheckedIOException(
                    String.valueOf(unable.getMessage())
                            .replaceFirst(
                                    "\\.$",
                                    options.hasAdminPort()
                                            ? ", with --host and --port, or --admin-host and --admin-port."
                                            : ", with --host or --port."),
                    unable.getCause());
        }
    }

    /** Shows the secrets of a first start, unless it has. Those of an engine in memory end with it. */
    private static void secrets(ServeOptions options, Announcement announcement) {
        if (!options.memory()) {
            announcement.secrets();
        }
    }

    private void stopOnSignal(
            Engine engine,
            EngineServer server,
            Optional<Demo> demo,
            Optional<AccessLog> accessLog,
            Runnable showSecrets) {
        stop = () -> {
            // A start that fails from now on fails because of a signal, which is no failure of the program.
            int clean = ended;
            int status = CANNOT_STOP;
            try {
                showSecrets.run();
                demo.ifPresent(Demo::close);
                Handover.of(engine);
                server.close();
                accessLog.ifPresent(AccessLog::close);
                engine.close();
                status = clean;
            } catch (RuntimeException | Error failure) {
                output.say("Stopping failed: " + sentence(failure));
            } finally {
                if (!engine.isWritable()) {
                    output.say("The journal had failed; what was acknowledged is in it. Check the disk before the next"
                            + " start.");
                    status = JOURNAL_FAILED;
                }
                out.flush();
                Runtime.getRuntime().halt(status);
            }
        };
    }
}
