package dev.plinth.engine.benchmarks;

import dev.plinth.engine.Engine;
import dev.plinth.engine.EngineBuilder;
import dev.plinth.engine.api.JobStatus;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.NewEvent;
import dev.plinth.engine.api.ResourceChange;
import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.handler.JobContext;
import dev.plinth.engine.handler.UnitOfWork;
import dev.plinth.engine.settings.Durability;
import dev.plinth.engine.settings.Tables;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;

/**
 * Measures a unit of work of three changes: it reads an account, changes it, creates an invoice and publishes an event.
 * {@link UnitPeer} does the same in a transaction of a database with an outbox. A job with effects is measured against
 * one without. All are durable before they are acknowledged, as far as the database is by default.
 */
final class UnitFigures {
    /** The peers, each measured in a process of its own. */
    static final List<String> PEERS = List.of("plinth", "H2 file", "PostgreSQL");

    /** Accounts among which units take turns, more than callers. */
    static final int ACCOUNTS = 1024;

    private static final int[] CALLERS = {1, 8, 64};
    private static final long WARM_UP_MILLIS = 3_000;
    private static final long MILLIS = 3_000;
    private static final int ROOM = 2_000_000;
    private static final Duration WAIT = Duration.ofSeconds(30);

    private UnitFigures() {}

    /** Measures a peer whose files are in this directory. */
    static void run(String name, Path directory) throws Exception {
        switch (name) {
            case "plinth" -> plinth(directory);
            case "H2 file" -> {
                try (UnitPeer peer = new UnitPeer(
                        "jdbc:h2:file:" + directory.resolve("h2") + ";CACHE_SIZE=1048576", "VARCHAR(4000)")) {
                    measure("H2 file unit", peer::unit);
                }
            }
            case "PostgreSQL" -> {
                try (Servers.Running server = Servers.postgres(directory, "on");
                        UnitPeer peer = new UnitPeer(
                                "jdbc:postgresql://127.0.0.1:" + server.port()
                                        + "/postgres?user=bench&prepareThreshold=1",
                                "TEXT")) {
                    measure("PostgreSQL unit", peer::unit);
                }
            }
            default -> throw new IllegalArgumentException("Expected one of " + PEERS + ", but got " + name);
        }
    }

    private static void plinth(Path directory) throws InterruptedException {
        EngineBuilder builder = Engine.builder()
                .directory(directory.resolve("data"))
                .durability(Durability.FSYNC)
                .tables(Tables.OFF_HEAP)
                .maxResources(ROOM)
                .jobHandler("without", job -> Json.EMPTY_OBJECT)
                .jobHandler("with", UnitFigures::change);
        try (BenchedEngine bench = new BenchedEngine(builder, 1)) {
            Engine engine = bench.engine();
            String workspace = bench.client(0).workspace().call().id();
            PlinthClient client = engine.workspace(workspace);
            List<String> accounts = new ArrayList<>();
            for (int i = 0; i < ACCOUNTS; i++) {
                accounts.add(client.resources()
                        .create(BenchedEngine.INPUT.withData(Json.of("{\"balance\":0}")))
                        .call()
                        .id());
            }
            measure(
                    "plinth unit",
                    turn -> engine.transact(workspace, unit -> unit(unit, accounts.get((int) (turn % ACCOUNTS)))));
            measure("plinth job without effects", turn -> job(client, "without"));
            measure("plinth job with effects", turn -> job(client, "with"));
        }
    }

    private static long unit(UnitOfWork unit, String account) {
        Object balance = unit.resource(account).orElseThrow().data().asMap().get("balance");
        long next = Long.parseLong(String.valueOf(balance)) + 1;
        unit.effects().patch(account, ResourceChange.NONE.withData(Json.of(Map.of("balance", next))));
        String invoice = unit.effects().create(BenchedEngine.INPUT);
        unit.effects()
                .publish(NewEvent.of("invoice.created", BenchedEngine.DATA).about(invoice));
        return next;
    }

    private static Json change(JobContext job) {
        String invoice = job.effects().create(BenchedEngine.INPUT);
        job.effects().publish(NewEvent.of("invoice.created", BenchedEngine.DATA).about(invoice));
        job.effects().publish("account.debited", BenchedEngine.DATA);
        return Json.EMPTY_OBJECT;
    }

    /** Starts a job and waits for its end. */
    private static JobStatus job(PlinthClient client, String type) {
        String id = client.startJob(type, Json.EMPTY_OBJECT).call().jobId();
        JobStatus status = client.job(id, WAIT).call().status();
        if (status != JobStatus.SUCCEEDED) {
            throw new IllegalStateException("Expected job " + id + " to succeed, but it is " + status);
        }
        return status;
    }

    private static void measure(String what, LongFunction<?> work) throws InterruptedException {
        Load.Done unused = Load.blocking(8, Figures.length(WARM_UP_MILLIS), work);
        for (int callers : CALLERS) {
            Load.Done done = Load.blocking(callers, Figures.length(MILLIS), work);
            Figures.print(what + " " + callers, done.perSecond(), "1/s");
            Figures.print(
                    what + " " + callers + " mean", done.nanos().getMean() / TimeUnit.MICROSECONDS.toNanos(1), "µs");
        }
    }
}
