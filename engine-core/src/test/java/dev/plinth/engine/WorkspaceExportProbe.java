package dev.plinth.engine;

import dev.plinth.engine.internal.base.RandomIds;
import dev.plinth.engine.settings.IdSource;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Exports a workspace of a directory, in a process of its own. Each part of the file is encrypted with secret bits. At the
 * request for bits of a given number it says so and stops for ever, so that it can be killed there.
 */
final class WorkspaceExportProbe {
    static final String STOPPED = "stopped";

    private WorkspaceExportProbe() {}

    /**
     * Takes the directory, the workspace, the file, its key, and the number of the request; prints the number of all
     * requests at the end.
     */
    public static void main(String[] arguments) {
        StoppingIds ids = new StoppingIds(Integer.parseInt(arguments[4]));
        EngineBuilder settings =
                Engine.builder().directory(Path.of(arguments[0])).ids(ids);
        DataDirectory.exportWorkspace(settings, arguments[1], Path.of(arguments[2]), Path.of(arguments[3]));
        System.out.println(ids.requests.get());
    }

    /** A source of ids that stops whoever asks too often. */
    private static final class StoppingIds implements IdSource {
        private final RandomIds ids = new RandomIds();
        private final AtomicInteger requests = new AtomicInteger();
        private final int last;

        StoppingIds(int last) {
            this.last = last;
        }

        @Override
        public Bits next(String kind, long epochMillis) {
            return ids.next(kind, epochMillis);
        }

        @Override
        public void fillSecret(byte[] target) {
            if (requests.incrementAndGet() == last) {
                System.out.println(STOPPED);
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
            ids.fillSecret(target);
        }
    }
}
