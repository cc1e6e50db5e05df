package dev.plinth.engine.http.program;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The main class of a child JVM: runs the standalone program in a host that takes all file descriptors while the file of
 * the first argument exists.
 */
public final class HungryProgram {
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private HungryProgram() {}

    public static void main(String[] arguments) {
        List<String> all = List.of(arguments);
        Path sign = Path.of(all.get(0));
        Thread host = new Thread(() -> eatWhile(sign), "host");
        host.setDaemon(true);
        host.start();
        Main.run(all.subList(1, all.size()), engine -> engine);
    }

    private static void eatWhile(Path sign) {
        Deque<FileInputStream> open = new ArrayDeque<>();
        while (true) {
            try {
                if (Files.exists(sign)) {
                    open.add(new FileInputStream("/dev/null"));
                } else if (!open.isEmpty()) {
                    open.remove().close();
                }
            } catch (IOException full) {
                LockSupport.parkNanos(LOOK_NANOS); // and takes what others give back
            }
            if (open.isEmpty()) {
                LockSupport.parkNanos(LOOK_NANOS);
            }
        }
    }
}
