package dev.plinth.engine.http.program;

import dev.plinth.engine.Engine;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.http.EngineServer;
import dev.plinth.engine.http.config.FaultyConfigException;
import dev.plinth.engine.http.config.Setting;
import dev.plinth.engine.http.log.AccessLog;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads the configuration again while the program serves: on request of the operator and on SIGHUP. It takes all
 * changes of live settings, or none. Thread-safe; reloads run one after the other.
 */
final class ConfigReload {
    private final Supplier<ServeOptions> reader;
    private final AtomicBoolean signalWaits = new AtomicBoolean();
    private ServeOptions running; // guarded by this
    private @Nullable Engine engine; // guarded by this
    private @Nullable EngineServer server; // guarded by this
    private Optional<AccessLog> accessLog = Optional.empty(); // guarded by this
    private boolean isAsked; // guarded by this; a signal has come before the program served

    /**
     * Begins with the options of the start.
     *
     * @param reader reads flags, environment and file again
     */
    ConfigReload(ServeOptions started, Supplier<ServeOptions> reader) {
        this.running = started;
        this.reader = reader;
    }

    /** The settings that a reload took, and those that differ and need a restart, by name. */
    record Taken(List<String> taken, List<String> needRestart) {
        Json json() {
            return Json.of(Map.of("taken", taken, "needRestart", needRestart));
        }
    }

    /** Sets the parts that take the changes. Until then a reload waits for nothing and is refused. */
    synchronized void serves(Engine opened, EngineServer listening, Optional<AccessLog> log) {
        engine = opened;
        server = listening;
        accessLog = log;
    }

    /**
     * Reads the configuration and takes the changes. Opens the access log again in any case.
     *
     * @throws IllegalArgumentException if it has faults, one in each line of the message; nothing is taken then
     */
    synchronized Taken reload() {
        Engine open = engine;
        EngineServer listening = server;
        if (open == null || listening == null) {
            throw new IllegalArgumentException("The program is still starting. Reload again once it listens.");
        }
        accessLog.ifPresent(AccessLog::reopen);
        ServeOptions read;
        try {
            read = reader.get();
            read.checkTogether();
        } catch (FaultyConfigException wrong) {
            throw new IllegalArgumentException(wrong.getMessage(), wrong);
        }
        List<String> taken = new ArrayList<>();
        List<String> needRestart = new ArrayList<>();
        for (Setting<?> setting : read.config().differences(running.config())) {
            (setting.isLive() ? taken : needRestart).add(setting.name());
        }
        open.settings().requirePlansAndTypesInUse(read.settings());
        ServeOptions next = running.withLive(read);
        BooleanSupplier certificate = listening.readTls();
        if (open.settings().rereadSecretKeys()) {
            taken.add(ServeSettings.SECRET_KEY_FILE.name());
        }
        open.settings().replace(next.settings());
        if (certificate.getAsBoolean()) {
            taken.add(ServeSettings.TLS_CERT.name());
        }
        running = next;
        return new Taken(taken, needRestart);
    }

    /**
     * Reloads for a signal. Does nothing if another signal already waits for its turn, because that one will read the
     * same file.
     *
     * @param told takes the result
     * @param faulty takes each fault
     */
    void onSignal(Consumer<String> told, Consumer<String> faulty) {
        if (!signalWaits.compareAndSet(false, true)) {
            return;
        }
        try {
            synchronized (this) {
                signalWaits.set(false);
                if (engine == null) {
                    isAsked = true;
                    faulty.accept("The program is still starting. It reloads the configuration once it listens.");
                    return;
                }
                told.accept(sentence(reload()));
            }
        } catch (IllegalArgumentException wrong) {
            String.valueOf(wrong.getMessage()).lines().forEach(faulty);
            faulty.accept("Nothing of the configuration was taken. Correct it and send SIGHUP again.");
        } catch (RuntimeException failure) {
            faulty.accept(
                    "The configuration was not reloaded. " + CommandLineReader.sentence(failure.getMessage(), failure));
        }
    }

    /** Reloads if a signal has come while the program started. */
    void catchUp(Consumer<String> told, Consumer<String> faulty) {
        boolean wasAsked;
        synchronized (this) {
            wasAsked = isAsked;
            isAsked = false;
        }
        if (wasAsked) {
            onSignal(told, faulty);
        }
    }

    private static String sentence(Taken taken) {
        return "The configuration is reloaded. "
                + (taken.taken().isEmpty()
                        ? "No live setting has changed."
                        : "Took " + String.join(", ", taken.taken()) + ".")
                + (taken.needRestart().isEmpty() ? "" : " Restart for " + String.join(", ", taken.needRestart()) + ".");
    }
}
