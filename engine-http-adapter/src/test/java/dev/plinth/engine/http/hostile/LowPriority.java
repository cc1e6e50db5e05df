package dev.plinth.engine.http.hostile;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Puts an attacker behind the server and the honest tenant at the processors of this machine. A real attacker has processors of its own, so
 * what it computes says nothing about the server. What the server does for it is not put behind.
 */
final class LowPriority {
    private static final Path THREAD = Path.of("/proc/thread-self");
    private static final String LOWEST = "19";

    private LowPriority() {}

    /** Lowers the priority of this thread and of those that it starts from now on. Does nothing where that is not Linux. */
    static void ofThisThread() throws InterruptedException {
        if (!Files.exists(THREAD)) {
            return;
        }
        try {
            String thread = Files.readSymbolicLink(THREAD).getFileName().toString();
            new ProcessBuilder("renice", "-n", LOWEST, "-p", thread)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException noRenice) {
            System.out.println("The attacker competes for the processors, because renice cannot be run: " + noRenice);
        }
    }
}
