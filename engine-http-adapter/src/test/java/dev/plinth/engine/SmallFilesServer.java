package dev.plinth.engine;

import dev.plinth.engine.api.Plan;
import dev.plinth.engine.http.HttpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * What a child JVM runs: the program as {@code serve} starts it, but with small segments, frequent snapshots and no limits that a
 * test could reach. Each line on standard input orders a snapshot. Arguments: directory, kind of tables, durability, operator's token, and
 * where a clean stop leaves the tables if it does.
 */
public final class SmallFilesServer {
    private static final int SEGMENT_BYTES = 192 * 1024;
    private static final long BYTES_PER_SNAPSHOT = 400 * 1024;
    /** There is room for twice as many events of usual length: a hundred kills leave some 83,000, which are longer. */
    private static final int RESOURCES_MAX = 150_000;

    private static final int UNLIMITED = 1_000_000;

    private SmallFilesServer() {}

    /** Serves until it is stopped or killed; says the key, once, and where it listens. */
    public static void main(String[] arguments) throws IOException {
        EngineBuilder builder = Engine.builder()
                .directory(Path.of(arguments[0]))
                .tables(Tables.valueOf(arguments[1]))
                .durability(Durability.valueOf(arguments[2]))
                .maxResources(RESOURCES_MAX)
                .files(SEGMENT_BYTES, BYTES_PER_SNAPSHOT)
                .createDefaultWorkspace(true)
                .adminToken(arguments[3])
                .webhookAllow("127.0.0.0/8");
        if (arguments.length > 4) {
            builder.quickRestart(Path.of(arguments[4]));
        }
        for (Plan plan : List.of(Plan.STARTER, Plan.PRO, Plan.BUSINESS)) {
            builder.plan(Plan.perMinute(plan.name(), UNLIMITED)
                    .withEndpointsMax(UNLIMITED)
                    .withQueuedJobsMax(UNLIMITED));
        }
        Engine engine = builder.open();
        HttpServer server = HttpServer.start(engine, "127.0.0.1", 0);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            server.close();
            engine.close();
        }));
        engine.firstStart().ifPresent(first -> System.out.println(first.key()));
        System.out.println("plinth: listening on " + server.uri());
        try (BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            while (orders.readLine() != null) {
                engine.store().snapshot();
            }
        }
    }
}
