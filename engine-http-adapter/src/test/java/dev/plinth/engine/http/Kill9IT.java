package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.LoopDisk;
import dev.plinth.engine.Patience;
import dev.plinth.engine.ServerFault;
import dev.plinth.engine.SmallFilesServer;
import dev.plinth.engine.TestScale;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills a server with a real directory, or cuts the power of its disk, while eight writers change everything that there is to change. The end
 * comes after some acknowledgements, while a snapshot is written or published, while the journal changes segments, and around a decision of
 * thousands of rows. In most rounds something else goes wrong before ({@link ServerFault}). Afterwards all that was acknowledged is there,
 * nothing is half done, and all that anybody was told is true: by an answer, a webhook, the stream, or a listener in the server's JVM. At
 * the end the jar itself serves the last directory and delivers what is left. The time of a start is printed and not judged, because the machine may be busy.
 */
@Timeout(value = 6, unit = TimeUnit.HOURS)
@Tag("scaled")
class Kill9IT {
    private static final int WRITERS = 8;
    private static final int ACKNOWLEDGED_MAX = 250;
    private static final int DELIVERY_SECONDS = 900;
    private static final int CYCLES_PER_LINE = 10;
    private static final int CYCLES_PER_STORE = 50;
    private static final int WATCH_SECONDS = 300;
    private static final int LATER_NANOS_MAX = 3_000_000;
    /** Until the server is killed after a decision of thousands of rows was sent. */
    private static final int DECISION_NANOS_MAX = 100_000_000;

    private static final int DESCRIPTORS = 512;
    /** Until a server is ended that may refuse calls. */
    private static final int REFUSING_NANOS_MAX = 400_000_000;

    private static final String ORDERED = "/ordered";
    private static final int DISK_MEGABYTES = 3000;
    private static final String ADMIN = "operator-secret-of-tests";
    private static final List<String> FLAGS = List.of(
            "--add-opens=java.base/java.lang=ALL-UNNAMED",
            "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
            "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
            "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
            "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
            // A server here lives for seconds.
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC");
    private static final int EXIT_BY_SIGTERM = 128 + 15;

    /** Tells what the kill waits for. */
    private enum Moment {
        SOME_WRITES(""),
        SNAPSHOT_BEGUN("snapshot."),
        SNAPSHOT_PUBLISHED("snapshot-"),
        SEGMENT("journal-"),
        LARGE_DECISION("");

        private final String file;

        Moment(String file) {
            this.file = file;
        }
    }

    @TempDir
    private Path stores;

    private Path base = Path.of("");

    /** How the server ends; gives its disk back. */
    private interface Ending {
        void end(ServedProcess server) throws IOException, InterruptedException;
    }

    private Ending ending = this::kill;
    private @Nullable LoopDisk disk;

    /** The faults that are drawn from, and that of the life that has begun. */
    private List<ServerFault> faults = List.of(ServerFault.values());

    /** The faults that are drawn next: each once, before one is drawn again. */
    private final List<ServerFault> deck = new ArrayList<>();

    private volatile ServerFault fault = ServerFault.NONE;
    private final Map<ServerFault, Integer> struck = new EnumMap<>(ServerFault.class);
    private final Map<ServerFault, Integer> refused = Collections.synchronizedMap(new EnumMap<>(ServerFault.class));
    /** The process that has opened the directory beside the one that is ended. */
    private @Nullable ServedProcess second;

    @Test
    void killedWhileWriting_allThatWasAcknowledgedIsThereAndNothingIsHalfDone() throws Exception {
        int cycles = Integer.getInteger("plinth.test.kills", TestScale.count(4, 30, 1000));
        runRepeatably(random -> runStores(cycles, random, false));
    }

    @Test
    void killedAfterAQuickRestart_allThatWasAcknowledgedIsThereAndStaleTablesAreNotUsed() throws Exception {
        faults = List.of(ServerFault.NONE);
        runRepeatably(random -> runStores(TestScale.count(2, 10, 300), random, true));
    }

    @Test
    void powerCutWhileWriting_allThatWasAcknowledgedIsThereAndNobodyWasToldMore() throws Exception {
        runRepeatably(random -> {
            for (int left = Integer.getInteger("plinth.test.cuts", TestScale.count(2, 20, 200));
                    left > 0;
                    left -= CYCLES_PER_STORE) {
                cutPower(Math.min(CYCLES_PER_STORE, left), random);
            }
        });
    }

    private void cutPower(int cycles, Random random) throws Exception {
        Path place = Files.createTempDirectory(stores, "power");
        base = Files.createDirectory(place.resolve("beside"));
        try (LoopDisk made = LoopDisk.make(place, DISK_MEGABYTES)) {
            disk = made;
            ending = server -> {
                made.cut();
                spin(random.nextInt(LATER_NANOS_MAX * 10));
                kill(server);
                made.restart();
            };
            run(cycles, random, false, false);
        }
    }

    private static void runRepeatably(Life life) throws Exception {
        long seed = Long.getLong("plinth.test.seed", System.nanoTime());
        try {
            life.run(new Random(seed));
        } catch (AssertionError | IOException e) {
            throw new AssertionError("Repeat with -Dplinth.test.seed=" + seed, e);
        }
    }

    /** Starts, kills and checks. */
    private interface Life {
        void run(Random random) throws Exception;
    }

    /** Runs stores in turn: what a recovery takes is that of a store of some size, not of all that the test has ever written. */
    private void runStores(int cycles, Random random, boolean quick) throws Exception {
        for (int left = cycles; left > 0; left -= CYCLES_PER_STORE) {
            base = Files.createDirectory(stores.resolve("left-" + left));
            run(Math.min(CYCLES_PER_STORE, left), random, quick, left <= CYCLES_PER_STORE);
        }
    }

    /**
     * @param quick whether each life begins with the tables that a clean stop has left
     * @param deliver whether all that is left is delivered at the end, which takes minutes: a retry is due 5 minutes after the one before
     */
    private void run(int cycles, Random random, boolean quick, boolean deliver) throws Exception {
        List<Long> starts = new ArrayList<>();
        try (WebhookCatcher catcher = new WebhookCatcher()) {
            ServedProcess server = quick ? startQuick() : start(random);
            JsonApi admin = new JsonApi(ADMIN);
            admin.connect(server.base());
            try (BackgroundLoad load =
                    new BackgroundLoad(admin, server.base(), heard(), new Random(random.nextLong()))) {
                JsonApi api = new JsonApi(server.key());
                List<OracleWriter> writers = new ArrayList<>();
                Oracle oracle = begin(server, api, writers, catcher, random);
                String workspace =
                        String.valueOf(api.get("/v1/workspace").json().get("id"));
                HostWork host = new HostWork(admin);
                Witnesses witnesses = new Witnesses(api, new EventHistory(api), workspace, catcher, ORDERED, heard());
                for (int cycle = 0; cycle < cycles; cycle++) {
                    if (quick) {
                        server = stopAndStartQuickly(server);
                        api.connect(server.base());
                        oracle.check();
                        load.check(server.base());
                    }
                    witnesses.watch();
                    load.begin();
                    host.begin(server.base());
                    endWhileWriting(server, writers, load, cycle, random);
                    witnesses.stop();
                    load.stop();
                    host.stop();
                    server = quick ? startWithoutStaleTables() : start(random);
                    starts.add(server.startMillis());
                    api.connect(server.base());
                    oracle.check();
                    host.check(server.base());
                    witnesses.check();
                    load.check(server.base());
                    if ((cycle + 1) % CYCLES_PER_LINE == 0) {
                        System.out.println(cycle + 1 + " ends: " + oracle.figures());
                    }
                }
                host.checkHasWorked();
                load.finish();
                System.out.println("Ends by the fault before them: " + struck + ", refused calls: " + refused);
                checkStruck(cycles);
                System.out.println(
                        "Told: " + witnesses.figures() + "; beside: " + load.figures() + "; " + host.figures());
                server.kill();
                if (deliver) {
                    server = startJar();
                    catcher.await(oracle.delivered(), DELIVERY_SECONDS);
                    assertThat(server.stop()).isZero();
                }
                System.out.println(oracle.figures());
            } finally {
                kill(server);
            }
        }
        Collections.sort(starts);
        System.out.println("From start to serving after a kill, in ms: " + starts);
    }

    /** A clean stop, and a start that takes up the tables which it has left. */
    private ServedProcess stopAndStartQuickly(ServedProcess server) throws IOException, InterruptedException {
        assertThat(server.stop()).isEqualTo(EXIT_BY_SIGTERM);
        assertThat(marker()).exists();
        Files.deleteIfExists(leftTables());
        // With a second name it stays another file than one that is made later.
        Files.createLink(leftTables(), tables());
        ServedProcess next = startQuick();
        assertThat(Files.isSameFile(leftTables(), tables()))
                .as("the tables that were left are taken up: %s", next.said())
                .isTrue();
        return next;
    }

    private ServedProcess startWithoutStaleTables() throws IOException {
        assertThat(marker()).doesNotExist();
        ServedProcess next = startQuick();
        assertThat(Files.isSameFile(leftTables(), tables()))
                .as("the tables that the kill has left are taken up: %s", next.said())
                .isFalse();
        return next;
    }

    private Oracle begin(
            ServedProcess server, JsonApi api, List<OracleWriter> writers, WebhookCatcher catcher, Random random)
            throws IOException, InterruptedException {
        JsonApi admin = new JsonApi(ADMIN);
        admin.connect(server.base());
        api.connect(server.base());
        String ordered = "{\"url\":\"" + catcher.uri().replaceAll("/$", ORDERED)
                + "\",\"types\":[\"resource.*\",\"child.*\"],\"ordering\":\"resource\"}";
        assertThat(api.send("POST", "/v1/webhook-endpoints", "", ordered).status())
                .isEqualTo(201);
        String grantee = String.valueOf(admin.send("POST", "/admin/v1/workspaces", "", "{\"name\":\"grantee\"}")
                .json()
                .get("id"));
        String endpoint = "{\"url\":\"" + catcher.uri() + "\",\"types\":[\"resource.*\"],\"ordering\":\"none\"}";
        String endpointId = String.valueOf(
                api.send("POST", "/v1/webhook-endpoints", "", endpoint).json().get("id"));
        for (int i = 0; i < WRITERS; i++) {
            writers.add(new OracleWriter(
                    api, "w" + i, grantee, catcher.uri(), this::mayRefuse, new Random(random.nextLong())));
        }
        return new Oracle(api, writers, endpointId);
    }

    /** Counts a call that a server could not do, and returns whether it may say so. */
    private boolean mayRefuse() {
        refused.merge(fault, 1, Integer::sum);
        return disk != null || fault.refuses();
    }

    private void endWhileWriting(
            ServedProcess server, List<OracleWriter> writers, BackgroundLoad load, int cycle, Random random)
            throws Exception {
        Moment moment = Moment.values()[cycle % Moment.values().length];
        if (moment == Moment.LARGE_DECISION) {
            LargeDecision.Kind[] kinds = LargeDecision.Kind.values();
            LargeDecision.Kind kind = kinds[cycle / Moment.values().length % kinds.length];
            load.prepare(
                    kind,
                    kind == LargeDecision.Kind.DELETE_PARENT
                            ? TestScale.count(600, 3000, 3000)
                            : TestScale.count(600, 5000, 5000));
        }
        CountDownLatch enough = new CountDownLatch(random.nextInt(ACKNOWLEDGED_MAX));
        List<Thread> threads = new ArrayList<>();
        for (OracleWriter writer : writers) {
            Thread thread = new Thread(() -> writer.run(enough::countDown));
            threads.add(thread);
            thread.start();
        }
        while (!enough.await(1, TimeUnit.SECONDS)) {
            rethrow(writers);
        }
        goWrong(server, load, random);
        if (moment == Moment.LARGE_DECISION) {
            load.decide();
            spin(random.nextInt(DECISION_NANOS_MAX));
        } else if (fault.refuses()) {
            spin(random.nextInt(REFUSING_NANOS_MAX));
        } else if (moment != Moment.SOME_WRITES) {
            awaitFile(server, moment, writers);
            spin(random.nextInt(LATER_NANOS_MAX));
        }
        ending.end(server);
        for (Thread thread : threads) {
            thread.join();
        }
    }

    /** Has the fault of this life happen, and waits until it has struck. */
    private void goWrong(ServedProcess server, BackgroundLoad load, Random random) throws IOException {
        String order = fault.order(random);
        if (ServerFault.endsLeases(order)) {
            load.leasesMayLapse();
        }
        int before = strikes().size();
        server.order(order);
        if (fault == ServerFault.LOCK) {
            spin(random.nextInt(LATER_NANOS_MAX));
            Path lock = store().resolve("LOCK");
            Patience.until(() -> Files.notExists(lock));
            second = start(ServerFault.NONE, random);
        } else if (fault != ServerFault.NONE) {
            Patience.until(() -> strikes().size() > before);
            assertThat(strikes().get(before)).isEqualTo(fault.name());
        }
        struck.merge(fault, 1, Integer::sum);
    }

    /** Returns the faults that servers have met, in their order. */
    private List<String> strikes() throws IOException {
        return Files.readAllLines(base.resolve("struck"));
    }

    /** Checks that each fault has struck, if there were ends enough. */
    private void checkStruck(int cycles) {
        if (cycles >= faults.size()) {
            assertThat(struck.keySet()).as("faults that have struck").containsExactlyInAnyOrderElementsOf(faults);
        }
    }

    private void kill(ServedProcess server) throws InterruptedException {
        server.kill();
        ServedProcess other = second;
        if (other != null) {
            other.kill();
        }
        second = null;
    }

    private static void spin(int nanos) {
        long end = System.nanoTime() + nanos;
        while (System.nanoTime() < end) {
            Thread.onSpinWait();
        }
    }

    private void awaitFile(ServedProcess server, Moment moment, List<OracleWriter> writers)
            throws IOException, InterruptedException {
        try (WatchService watch = FileSystems.getDefault().newWatchService()) {
            store().register(watch, StandardWatchEventKinds.ENTRY_CREATE);
            if (moment != Moment.SEGMENT) {
                server.orderSnapshot();
            }
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(WATCH_SECONDS);
            while (true) {
                WatchKey key = watch.poll(1, TimeUnit.SECONDS);
                if (System.nanoTime() > end) {
                    rethrow(writers);
                    throw new AssertionError("Expected a new file " + moment.file + " within " + WATCH_SECONDS + " s");
                }
                for (WatchEvent<?> event : key == null ? List.<WatchEvent<?>>of() : key.pollEvents()) {
                    if (String.valueOf(event.context()).startsWith(moment.file)) {
                        return;
                    }
                }
                if (key != null) {
                    key.reset();
                }
            }
        }
    }

    private static void rethrow(List<OracleWriter> writers) {
        for (OracleWriter writer : writers) {
            writer.rethrow();
        }
    }

    private Path store() {
        return (disk == null ? base : disk.path()).resolve("store");
    }

    /** Beside the store: what the listener wrote has to be there when the power of the store's disk is cut. */
    private Path heard() {
        return base.resolve("heard");
    }

    private Path quick() {
        return base.resolve("quick");
    }

    private Path marker() {
        return quick().resolve("plinth-clean");
    }

    private Path tables() {
        return quick().resolve("plinth-sets.slabs");
    }

    private Path leftTables() {
        return base.resolve("left");
    }

    private ServedProcess start(Random random) throws IOException {
        if (deck.isEmpty()) {
            deck.addAll(faults);
            Collections.shuffle(deck, random);
        }
        fault = deck.remove(deck.size() - 1);
        return start(fault, random);
    }

    private ServedProcess start(ServerFault with, Random random) throws IOException {
        // Both levels survive the end of the process; at OS the callers write on their own threads.
        String durability = disk == null && random.nextBoolean() ? "OS" : "FSYNC";
        return start(
                with,
                with.flags(random),
                store().toString(),
                List.of("HEAP", "HEAP", "OFF_HEAP", "CHRONICLE").get(random.nextInt(4)),
                durability,
                ADMIN,
                heard().toString());
    }

    private ServedProcess startQuick() throws IOException {
        return start(
                ServerFault.NONE,
                List.of(),
                store().toString(),
                "OFF_HEAP",
                "FSYNC",
                ADMIN,
                heard().toString(),
                quick().toString());
    }

    private ServedProcess start(ServerFault with, List<String> flags, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(FLAGS);
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), SmallFilesServer.class.getName()));
        command.addAll(List.of(arguments));
        String[] all = command.toArray(String[]::new);
        return with == ServerFault.DESCRIPTORS
                ? ServedProcess.limited(base.resolve("err"), "-n " + DESCRIPTORS, all)
                : new ServedProcess(base.resolve("err"), all);
    }

    private ServedProcess startJar() throws IOException {
        return new ServedProcess(
                base.resolve("err"),
                "-jar",
                System.getProperty("plinth.jar"),
                "serve",
                "--port=0",
                "--webhook-allow=127.0.0.0/8",
                "--admin-token=" + ADMIN,
                "--data=" + store());
    }
}
