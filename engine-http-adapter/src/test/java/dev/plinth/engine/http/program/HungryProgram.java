package dev.plinth.engine.http.program;

import dev.plinth.engine.Engine;
import dev.plinth.engine.EngineBuilder;
import dev.plinth.engine.log.Node;
import dev.plinth.engine.log.NodeRole;
import dev.plinth.engine.settings.Tables;
import dev.plinth.engine.testkit.SharedMemoryLog;
import java.io.FileInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The main class of a child JVM: runs the standalone program in a host that takes all file descriptors while the file of
 * the first argument exists. If the second argument is {@code --follow=KEY_FILE}, another engine of the host leads, and
 * the program follows it.
 */
public final class HungryProgram {
    /** Begins the argument of a program that follows. */
    public static final String FOLLOW = "--follow=";

    private static final URI NOWHERE = URI.create("http://127.0.0.1:9");
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private HungryProgram() {}

    public static void main(String[] arguments) {
        List<String> all = List.of(arguments);
        Path sign = Path.of(all.get(0));
        Thread host = new Thread(() -> eatWhile(sign), "host");
        host.setDaemon(true);
        host.start();
        if (all.get(1).startsWith(FOLLOW)) {
            follow(Path.of(all.get(1).substring(FOLLOW.length())), all.subList(2, all.size()));
        } else {
            Main.run(all.subList(1, all.size()), engine -> engine);
        }
    }

    /** Runs the program as the second node of a log, so that it never leads. */
    private static void follow(Path keyFile, List<String> arguments) {
        SharedMemoryLog log = new SharedMemoryLog();
        try (Engine leader = nodeOf(log, "leader", keyFile).open()) {
            if (leader.role() != NodeRole.LEADER) {
                throw new AssertionError("Expected a leader, but it is a " + leader.role());
            }
            Main.run(arguments, engine -> nodeOf(log, "follower", keyFile));
        }
    }

    private static EngineBuilder nodeOf(SharedMemoryLog log, String id, Path keyFile) {
        return Engine.builder()
                .log(log.connect())
                .node(new Node(id, Optional.of(NOWHERE)))
                .secretKeyFile(keyFile)
                .tables(Tables.HEAP);
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
