package dev.plinth.engine;

import dev.plinth.engine.http.EngineServer;
import dev.plinth.engine.settings.Durability;
import dev.plinth.engine.settings.Plan;
import dev.plinth.engine.settings.Tables;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;

/**
 * Runs in a child JVM: the program as {@code serve} starts it, but with small segments, frequent snapshots and no limits that a
 * test could reach. An empty line on standard input orders a snapshot, and any other a {@link ServerFault}, whose name goes to the file
 * {@code struck} when it strikes. Arguments: directory, kind of tables, durability, operator's token, the file of the listener, to which
 * it adds the workspace and id of each event that it hears of, and where a clean stop leaves the tables if it does. The file
 * {@code struck} is beside that of the listener.
 */
public final class SmallFilesServer {
    private static final int SEGMENT_BYTES = 192 * 1024;
    private static final long BYTES_PER_SNAPSHOT = 400 * 1024;
    /** There is room for twice as many events of usual length: fifty kills leave some 150,000, some of which are longer. */
    private static final int RESOURCES_MAX = 250_000;

    private static final int UNLIMITED = 1_000_000;

    private SmallFilesServer() {}

    /** A write is with the operating system when it returns: it survives the kill of this process. */
    private static void write(FileChannel file, String line) {
        try {
            int unused = file.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Serves until it is stopped or killed; says the key, once, and where it listens. */
    public static void main(String[] arguments) throws Exception {
        String loader = SmallFilesServer.class.getClassLoader().getClass().getName();
        if (ServerFault.MEMORY.name().equals(System.getProperty(ServerFault.PROPERTY))
                && !loader.equals(FaultyClasses.class.getName())) {
            new FaultyClasses(System.getProperty(ServerFault.ROOM))
                    .loadClass(SmallFilesServer.class.getName())
                    .getMethod("main", String[].class)
                    .invoke(null, (Object) arguments);
            return;
        }
        serve(arguments);
    }

    private static void serve(String[] arguments) throws IOException {
        ShiftedClock clock = new ShiftedClock();
        clock.step(Duration.parse(System.getProperty(ServerFault.CLOCK, "PT0S")));
        EngineBuilder builder = Engine.builder()
                .directory(Path.of(arguments[0]))
                .tables(Tables.valueOf(arguments[1]))
                .durability(Durability.valueOf(arguments[2]))
                .maxResources(RESOURCES_MAX)
                .files(SEGMENT_BYTES, BYTES_PER_SNAPSHOT)
                .createDefaultWorkspace(true)
                .adminToken(arguments[3])
                .clock(clock)
                .webhookAllow("127.0.0.0/8");
        if (arguments.length > 5) {
            builder.quickRestart(Path.of(arguments[5]));
        }
        FileChannel heard =
                FileChannel.open(Path.of(arguments[4]), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        FileChannel struck = FileChannel.open(
                Path.of(arguments[4]).resolveSibling("struck"), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        builder.listener("witness", (context, event) -> write(heard, context.workspaceId() + " " + event.id() + "\n"));
        for (Plan plan : List.of(Plan.STARTER, Plan.PRO, Plan.BUSINESS)) {
            builder.plan(Plan.perMinute(plan.name(), UNLIMITED)
                    .withEndpointsMax(UNLIMITED)
                    .withQueuedJobsMax(UNLIMITED));
        }
        HostCode code = new HostCode();
        code.register(builder);
        Engine engine = builder.open();
        code.use(engine);
        EngineServer server = EngineServer.start(engine, "127.0.0.1", 0);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            server.close();
            engine.close();
        }));
        engine.firstStart().ifPresent(first -> System.out.println(first.key()));
        System.out.println("plinth: listening on " + server.uri());
        try (BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String order = orders.readLine(); order != null; order = orders.readLine()) {
                if (order.isEmpty()) {
                    engine.store().snapshot();
                } else {
                    String fault = order.split(" ")[0];
                    ServerFault.obey(order, clock, Path.of(arguments[0]), () -> write(struck, fault + "\n"));
                }
            }
        }
    }
}
