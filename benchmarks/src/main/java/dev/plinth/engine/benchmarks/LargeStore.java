package dev.plinth.engine.benchmarks;

import dev.plinth.engine.Engine;
import dev.plinth.engine.EngineBuilder;
import dev.plinth.engine.StoreInside;
import dev.plinth.engine.api.ApiKey;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.resource.Resources;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.settings.Durability;
import dev.plinth.engine.settings.Tables;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/** A store of so many resources, each with its event. One process fills it, and the next ones open it. */
final class LargeStore {
    /** The figure of the bytes in the answer to a get. */
    static final String SHOWN = "resource as shown";

    private static final int OK = 200;
    private static final int WORKSPACES = 16;
    private static final int SMALL_LIST = 1_000;
    private static final int LARGE_LIST = 1_000_000;
    private static final int SAMPLE = 200_000;
    /** Fewer than the calls that a workspace may have under way at once. */
    private static final int OPEN_MAX = 900;

    private static final double NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Path base;
    private final long resources;

    LargeStore(Path base, long resources) {
        this.base = base;
        this.resources = resources;
    }

    /** Creates everything, and dies without closing anything. */
    void fillAndDie() throws IOException, InterruptedException {
        Engine engine = builder().open();
        List<String> secrets = new ArrayList<>();
        List<String> workspaces = new ArrayList<>();
        for (int i = 0; i < WORKSPACES; i++) {
            String workspace = engine.admin()
                    .createWorkspace("w" + i, BenchedEngine.PLAN.name())
                    .call()
                    .id();
            workspaces.add(workspace);
            ApiKey key = engine.admin().createKey(workspace, "k").call();
            secrets.add(key.secret().orElseThrow());
        }
        Files.write(base.resolve("secrets"), secrets);
        Files.write(base.resolve("workspaces"), workspaces);
        long began = System.nanoTime();
        try (BufferedWriter sample = Files.newBufferedWriter(base.resolve("sample"))) {
            fill(engine, secrets, sample);
        }
        print("fill", resources / ((System.nanoTime() - began) / NANOS), "1/s");
        System.out.flush();
        Runtime.getRuntime().halt(9);
    }

    private void fill(Engine engine, List<String> secrets, BufferedWriter sample) throws InterruptedException {
        Semaphore open = new Semaphore(OPEN_MAX);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        long each = Math.max(1, resources / SAMPLE);
        for (long i = 0; i < resources && failure.get() == null; i++) {
            open.acquire();
            int workspace = workspace(i);
            boolean noted = i % each == 0;
            Call create = Call.of("POST", "/v1/resources")
                    .withKey(secrets.get(workspace))
                    .withBody(BenchedEngine.BODY);
            engine.submit(create).whenComplete((reply, error) -> {
                open.release();
                if (error != null || reply.status() != 201) {
                    failure.set(error == null ? new IllegalStateException(reply.text()) : error);
                } else if (noted) {
                    note(sample, workspace + " " + BenchedEngine.id(reply));
                }
            });
        }
        open.acquire(OPEN_MAX);
        if (failure.get() != null) {
            throw new IllegalStateException("Expected creates, but one failed", failure.get());
        }
    }

    private static void note(BufferedWriter sample, String line) {
        synchronized (sample) {
            try {
                sample.write(line);
                sample.newLine();
            } catch (IOException e) {
                throw new IllegalStateException("Expected to note an id, but could not", e);
            }
        }
    }

    /**
     * Returns the workspace of a resource. One has a thousand resources, one has a million, and the others share the
     * rest.
     */
    private int workspace(long number) {
        if (number < SMALL_LIST) {
            return 0;
        }
        return number < SMALL_LIST + Math.min(LARGE_LIST, resources / 2) ? 1 : 2 + (int) (number % (WORKSPACES - 2));
    }

    /** Opens it, prints how long that took, and measures reads. */
    void open(String how) throws IOException {
        long began = System.nanoTime();
        Engine engine = builder().open();
        print(how, (System.nanoTime() - began) / NANOS, "s");
        if (how.startsWith("kill")) {
            measure(engine);
        }
        began = System.nanoTime();
        engine.close();
        print(how + ", close", (System.nanoTime() - began) / NANOS, "s");
    }

    private void measure(Engine engine) throws IOException {
        List<String> secrets = Files.readAllLines(base.resolve("secrets"));
        List<String> workspaces = Files.readAllLines(base.resolve("workspaces"));
        List<Call> gets = new ArrayList<>();
        List<byte[]> keys = new ArrayList<>();
        try (Stream<String> lines = Files.lines(base.resolve("sample"))) {
            lines.forEach(line -> {
                String[] parts = line.split(" ");
                int workspace = Integer.parseInt(parts[0]);
                gets.add(Call.of("GET", "/v1/resources/" + parts[1]).withKey(secrets.get(workspace)));
                keys.add(id(IdKind.WORKSPACE, workspaces.get(workspace)).keyOf(id(IdKind.RESOURCE, parts[1])));
            });
        }
        Collections.shuffle(gets, new Random(1));
        Collections.shuffle(keys, new Random(1));
        print("resident", residentMebibytes(), "MiB");
        print("keys and rows", rowBytes(engine) / (1024.0 * 1024), "MiB");
        print(SHOWN, engine.call(gets.get(0)).body().length, "bytes");
        print("get", nanosEach(engine, gets) / 1000, "µs");
        print("row", nanosEach(StoreInside.of(engine), keys) / 1000, "µs");
        for (String query : List.of("?limit=20", "?limit=20&status=active", "?limit=20&type=invoice")) {
            for (int list = 0; list < 2; list++) {
                Call page = Call.of("GET", "/v1/resources" + query).withKey(secrets.get(list));
                double micros = nanosEach(engine, Collections.nCopies(1_000, page)) / 1000;
                print("page " + query + " of " + (list == 0 ? "1 k" : "1 M"), micros, "µs");
            }
        }
    }

    private static Id id(IdKind kind, String text) {
        return Objects.requireNonNull(Id.parse(kind, text), text);
    }

    /** Measures a read of the store: a row by its key, with the sequence for which its reader has to wait. */
    private static double nanosEach(Store store, List<byte[]> keys) {
        TableName<?> resources = Resources.tables().get(0);
        return Load.nanosEach(keys.size(), () -> {
            for (byte[] key : keys) {
                byte[] row = store.readToAnswer(rows -> rows.get(resources, key));
                if (row == null || row.length == 0) {
                    throw new IllegalStateException("Expected a row, but there is none");
                }
            }
        });
    }

    private static double nanosEach(Engine engine, List<Call> calls) {
        return Load.nanosEach(calls.size(), () -> {
            for (Call call : calls) {
                Reply reply = engine.call(call);
                if (reply.status() != OK) {
                    throw new IllegalStateException("Expected " + OK + ", but got " + reply.text());
                }
            }
        });
    }

    /** Returns the bytes of all keys and rows, by the tables' own figures, without the sets that follow from them. */
    static double rowBytes(Engine engine) {
        double sum = 0;
        for (String line : engine.call(Call.of("GET", "/metrics")).text().split("\n")) {
            if (line.startsWith("plinth_table_bytes{") && !line.contains("\"sets\"")) {
                sum += Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
            }
        }
        return sum;
    }

    private static double residentMebibytes() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) / 1024.0;
            }
        }
        throw new IllegalStateException("Expected VmRSS in /proc/self/status, but there is none");
    }

    private void print(String what, double value, String unit) {
        Figures.print("store " + resources + " " + what, value, unit);
    }

    private EngineBuilder builder() {
        EngineBuilder builder = Engine.builder()
                .directory(base.resolve("data"))
                .durability(Durability.OS)
                .tables(Tables.OFF_HEAP)
                .maxResources(resources + resources / 8 + 1000) // the last parts are kept for other workspaces
                .plan(BenchedEngine.PLAN);
        String quick = System.getProperty("plinth.quick");
        return quick == null ? builder : builder.quickRestart(Path.of(quick));
    }
}
