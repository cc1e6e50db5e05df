package dev.plinth.engine;

import dev.plinth.engine.api.WorkspaceImport;
import dev.plinth.engine.settings.EngineClock;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Imports a workspace into a directory, in a process of its own. At a look at the clock of a given number it says so and
 * stops for ever, so that it can be killed there.
 */
final class WorkspaceImportProbe {
    static final String STOPPED = "stopped";

    private WorkspaceImportProbe() {}

    /** Takes the directory, the file, its key, and the number of the look; prints the number of all looks at the end. */
    public static void main(String[] arguments) {
        CountingClock clock = new CountingClock(Long.parseLong(arguments[3]));
        EngineBuilder settings =
                Engine.builder().directory(Path.of(arguments[0])).clock(clock);
        DataDirectory.importWorkspace(settings, WorkspaceImport.of(Path.of(arguments[1]), Path.of(arguments[2])));
        System.out.println(clock.looks.get());
    }

    /** A clock that stops whoever looks too often. */
    private static final class CountingClock implements EngineClock {
        private final AtomicLong looks = new AtomicLong();
        private final long last;

        CountingClock(long last) {
            this.last = last;
        }

        @Override
        public long epochMillis() {
            if (looks.incrementAndGet() == last) {
                System.out.println(STOPPED);
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
            return EngineClock.system().epochMillis();
        }

        @Override
        public long nanoTime() {
            return EngineClock.system().nanoTime();
        }
    }
}
