package dev.plinth.engine.http.program;

import dev.plinth.engine.Engine;
import dev.plinth.engine.server.CallDoor;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.Optional;

/**
 * Ends the standalone program when it cannot go on: without memory, or without a thread that it needs. The journal has
 * everything that was acknowledged, as after a kill.
 *
 * <p>It halts rather than exits, because a shutdown hook needs memory too. The stream and the sentence are made ahead.
 */
public final class FatalExit {
    private static final System.Logger LOG = System.getLogger(FatalExit.class.getName());

    /** The program's exit code in this case. */
    public static final int STATUS = 4;

    private final FileOutputStream err = new FileOutputStream(FileDescriptor.err);
    private final Engine engine;
    private final CallDoor door;
    private final ProgramOutput output;
    private final byte[] noMemory;

    private FatalExit(Engine engine, ProgramOutput output) {
        this.engine = engine;
        this.output = output;
        this.noMemory = output.said("The JVM has no memory left. Give it more with -Xmx and start again.");
        this.door = engine.door(Runnable::run);
    }

    /** Watches an engine from now on. It is also told of each error that ends a thread or that a library logs. */
    static FatalExit watching(Engine engine, ProgramOutput output) {
        FatalExit end = new FatalExit(engine, output);
        Thread.setDefaultUncaughtExceptionHandler(end::ended);
        ConsoleLogging.showWhile(error -> {
            end.saw(error);
            return engine.fatalFailure().isEmpty();
        });
        return end;
    }

    /** Logs the end of a thread. An error that left this method would be printed by the JVM beside the sentence. */
    private void ended(Thread thread, Throwable error) {
        saw(error);
        try {
            LOG.log(Level.ERROR, "The thread " + thread.getName() + " has ended", error);
        } catch (Error noMemoryLeft) {
            end(noMemory);
        }
    }

    private void saw(Throwable error) {
        try {
            door.noteError(error);
        } catch (Error noMemoryLeft) {
            end(noMemory);
        }
    }

    /**
     * Waits as long as the engine is open, and ends the program with a sentence once the engine has failed for good.
     */
    void await() {
        Optional<String> failure;
        try {
            failure = engine.awaitFatalFailure();
        } catch (InterruptedException e) {
            return;
        } catch (Error noMemoryLeft) {
            end(noMemory);
            return;
        }
        if (failure.isPresent()) {
            end(line(failure.get()));
        }
    }

    /** Ends the program. It uses a monitor, because the first use of an atomic may link it, which takes memory. */
    private synchronized void end(byte[] line) {
        try {
            err.write(line);
        } catch (IOException | Error unheard) {
            Runtime.getRuntime().halt(STATUS);
        }
        Runtime.getRuntime().halt(STATUS);
    }

    private byte[] line(String sentence) {
        try {
            return output.said(sentence);
        } catch (Error noMemoryLeft) {
            return noMemory;
        }
    }
}
