package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.api.StoreReport;
import dev.plinth.engine.log.Batch;
import dev.plinth.engine.log.Node;
import dev.plinth.engine.log.NodeRole;
import dev.plinth.engine.log.Reign;
import dev.plinth.engine.log.SharedLog;
import dev.plinth.engine.log.SnapshotStore;
import dev.plinth.engine.settings.Tables;
import dev.plinth.engine.testkit.SharedMemoryLog;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the tools for a shared log: verify it, and move everything between it and a directory. */
final class LogToolsTest {
    private static final String TOKEN = "log-tools-operator-token";
    private static final int RESOURCES = 20;

    private final SharedMemoryLog log = new SharedMemoryLog(3);

    @TempDir
    private Path base;

    private String key = "";

    @Test
    void importAndExport_ofADirectory_giveEqualAnswersOverTheLogAndInTheNewDirectory() throws IOException {
        writeDirectory("data");
        String before = answers(base.resolve("data"));

        StoreReport imported = LogTools.importDirectory(settings("data"), log);

        assertThat(imported.isWhole()).isTrue();
        assertThat(imported.lines().get(0)).contains("all records up to ", "data, as a snapshot");
        assertThat(LogTools.verify(log).lines()).last().asString().startsWith("whole: all records up to ");
        String overTheLog;
        String after;
        try (Engine engine = overLog("data/secret.key")) {
            overTheLog = answers(engine);
            post(engine, "k-over-the-log");
            after = answers(engine);
        }
        assertThat(overTheLog).isEqualTo(before);
        assertThat(LogTools.verify(log).lines()).last().asString().startsWith("whole: all records up to ");

        StoreReport exported =
                LogTools.exportDirectory(settings("back").secretKeyFile(base.resolve("data/secret.key")), log);

        assertThat(exported.lines().get(0)).contains("all records up to ", "back, with secret.key");
        assertThat(DataDirectory.verify(base.resolve("back")).isWhole()).isTrue();
        try (Engine engine = settings("back").adminToken(TOKEN).open()) {
            assertThat(answers(engine)).isEqualTo(after).isNotEqualTo(before);
            assertThat(post(engine, "k-over-the-log").header("Idempotent-Replayed"))
                    .isEqualTo("true");
            assertThat(post(engine, "k-in-the-directory").status()).isEqualTo(201);
        }
        assertThat(DataDirectory.verify(base.resolve("back")).isWhole()).isTrue();
    }

    @Test
    void reign_ofANodeThatBeganBeforeAnImport_hasTheImportedRows() throws IOException {
        writeDirectory("data");
        Reign gate = log.reign(new Node("gate")).orElseThrow();
        try (Engine waiting = overLog("data/secret.key")) {
            assertThat(waiting.role()).isEqualTo(NodeRole.FOLLOWER);
            try (SharedMemoryLog other = new SharedMemoryLog(3)) {
                StoreReport unused = LogTools.importDirectory(settings("data"), other);
                long position = other.snapshots().positions().get(0);
                byte[] snapshot = other.snapshots().open(position).readAllBytes();
                log.importSnapshot(gate, position, out -> out.write(ofLog(snapshot, log)));
            }

            log.resign(gate);

            Patience.until(() -> waiting.role() == NodeRole.LEADER);
            assertThat(get(waiting, "/v1/resources").status()).isEqualTo(200);
            assertThat(post(waiting, "k0").header("Idempotent-Replayed")).isEqualTo("true");
        }
    }

    /** Returns a snapshot with the id of another log in its header, and the checksum of that. */
    private static byte[] ofLog(byte[] snapshot, SharedLog log) {
        ByteBuffer header = ByteBuffer.wrap(snapshot);
        header.putLong(12, log.id().getMostSignificantBits());
        header.putLong(20, log.id().getLeastSignificantBits());
        CRC32C crc = new CRC32C();
        crc.update(snapshot, 0, 64);
        header.putInt(64, (int) crc.getValue());
        return snapshot;
    }

    @Test
    void importDirectory_intoALogThatHasRecords_isRefused() throws IOException {
        writeDirectory("data");
        try (Engine engine = overLog("other.key")) {
            assertThat(engine.role()).isEqualTo(NodeRole.LEADER);
        }

        assertThatThrownBy(() -> LogTools.importDirectory(settings("data"), log))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("Expected an empty log, but it has records; nothing was imported. Name another cell.");

        assertThat(log.snapshots().positions()).isEmpty();
    }

    @Test
    void importDirectory_whileANodeLeads_isRefused() throws IOException {
        writeDirectory("data");
        Reign unused = log.reign(new Node("a")).orElseThrow();

        assertThatThrownBy(() -> LogTools.importDirectory(settings("data"), log))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("Expected a log without nodes, but node a leads; nothing was imported. Stop all nodes, or"
                        + " name another cell.");
    }

    @Test
    void importDirectory_thatIsInUseOrDamagedOrEmptyOrNone_isRefused() throws IOException {
        writeDirectory("data");
        try (Engine inUse = settings("data").adminToken(TOKEN).open()) {
            assertRefused("data", "another");
            assertThat(inUse.isWritable()).isTrue();
        }
        Files.createDirectories(base.resolve("none"));
        assertRefused("none", "neither snapshot nor journal");
        assertRefused("nowhere", "is none");
        Path segment = base.resolve("data/journal-0000000001");
        byte[] bytes = Files.readAllBytes(segment);
        bytes[200] ^= 1;
        Files.write(segment, bytes);

        assertRefused("data", "nothing was imported. Run plinth.jar verify");

        assertThat(log.snapshots().positions()).isEmpty();
        assertThat(log.leader()).isEmpty();
    }

    private void assertRefused(String name, String why) {
        assertThatThrownBy(() -> LogTools.importDirectory(settings(name), log))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(why);
    }

    @Test
    void importDirectory_withAnotherKeyThanTheDirectorys_isRefused() throws IOException {
        writeDirectory("data");
        Path other = Files.write(base.resolve("other.key"), new byte[32]);

        assertThatThrownBy(() -> LogTools.importDirectory(settings("data").secretKeyFile(other), log))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("other.key holds another key than the one that seals the secrets of this store");
        assertThat(log.leader()).isEmpty();
    }

    @Test
    void exportDirectory_withAnotherKeyOrOntoFiles_isRefusedAndMakesNothing() throws IOException {
        try (Engine engine = overLog("right.key")) {
            assertThat(engine.role()).isEqualTo(NodeRole.LEADER);
        }
        Path other = Files.write(base.resolve("wrong.key"), new byte[32]);
        Path full = Files.createDirectories(base.resolve("full"));
        Files.writeString(full.resolve("file"), "x");

        assertThatThrownBy(() -> LogTools.exportDirectory(settings("back").secretKeyFile(other), log))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("wrong.key holds another key");
        assertThatThrownBy(
                        () -> LogTools.exportDirectory(settings("full").secretKeyFile(base.resolve("right.key")), log))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("absent or an empty directory");
        assertThatThrownBy(() -> LogTools.exportDirectory(settings("back"), log))
                .hasMessageContaining("Name its file with secretKeyFile");
        assertThat(base.resolve("back")).doesNotExist();
        assertThatThrownBy(() -> LogTools.exportDirectory(
                        settings("back").secretKeyFile(base.resolve("right.key")), new SharedMemoryLog()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Expected to export the log");
    }

    @Test
    void exportDirectory_besideWhatAKilledOneLeft_takesItsPlace() throws IOException {
        try (Engine engine = overLog("right.key")) {
            assertThat(engine.role()).isEqualTo(NodeRole.LEADER);
        }
        Path partial = Files.createDirectory(base.resolve("back.partial"));
        Files.writeString(partial.resolve("secret.key"), "half");
        Files.writeString(partial.resolve("snapshot.1a2b3c4d.tmp"), "half");

        StoreReport exported = LogTools.exportDirectory(settings("back").secretKeyFile(base.resolve("right.key")), log);

        assertThat(exported.isWhole()).isTrue();
        assertThat(DataDirectory.verify(base.resolve("back")).isWhole()).isTrue();
        assertThat(base.resolve("back/snapshot.1a2b3c4d.tmp")).doesNotExist();
        assertThat(partial).doesNotExist();
    }

    @Test
    void verify_whileANodeDeletesASnapshot_readsAgain() throws IOException {
        writeDirectory("data");
        StoreReport unused = LogTools.importDirectory(settings("data"), log);
        AtomicBoolean isThere = new AtomicBoolean(true);
        SnapshotStore replaced = (SnapshotStore) Proxy.newProxyInstance(
                SharedLog.class.getClassLoader(), new Class<?>[] {SnapshotStore.class}, (proxy, method, arguments) -> {
                    long newest = log.snapshots().positions().get(0);
                    if (method.getName().equals("positions") && isThere.getAndSet(false)) {
                        return List.of(newest, newest - 1);
                    }
                    try {
                        return method.invoke(log.snapshots(), arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
        SharedLog busy = (SharedLog) Proxy.newProxyInstance(
                SharedLog.class.getClassLoader(),
                new Class<?>[] {SharedLog.class},
                (proxy, method, arguments) ->
                        method.getName().equals("snapshots") ? replaced : method.invoke(log, arguments));

        assertThat(LogTools.verify(busy).lines()).last().asString().startsWith("whole: all records up to ");
    }

    @Test
    void verify_ofDamage_namesEachPlaceAndGoesOn() throws IOException {
        try (Engine engine = overLog("right.key")) {
            newKey(engine);
            for (int i = 0; i < RESOURCES; i++) {
                assertThat(post(engine, "k" + i).status()).isEqualTo(201);
            }
        }
        List<Batch> batches = log.follow(0, Integer.MAX_VALUE);
        SharedMemoryLog copy = new SharedMemoryLog(3);
        Reign reign = copy.reign(new Node("a")).orElseThrow();
        for (Batch batch : batches) {
            byte[] frame = batch.frame().clone();
            if (batch.equals(batches.get(2))) {
                frame[frame.length - 1] ^= 1;
            }
            long epoch = batch.equals(batches.get(8)) ? 77 : batch.epoch();
            copy.append(reign, new Batch(batch.first(), batch.last(), epoch, batch.crcBefore(), batch.crc(), frame));
        }
        copy.beat(reign, batches.get(batches.size() - 1).last());
        copy.snapshots().write(2, out -> out.write(new byte[300]));

        StoreReport found = LogTools.verify(without(batches.get(5), copy));

        assertThat(found.isWhole()).isFalse();
        assertThat(found.lines())
                .filteredOn(line -> line.startsWith("damaged: "))
                .hasSize(4);
        assertThat(found.lines().toString())
                .contains(
                        "snapshot-0000000000000000002 is damaged at byte 0",
                        "record " + batches.get(2).first() + " in " + batches.get(2)
                                + " of the log does not fit: its frame is damaged",
                        "record " + batches.get(5).first() + " in " + batches.get(6)
                                + " of the log does not fit: it is number "
                                + batches.get(6).first(),
                        "of epoch 77 of the log has records of epoch 1, and its row has another epoch or checksum");
    }

    /** Returns a log that has lost a batch in its middle. */
    private static SharedLog without(Batch lost, SharedLog log) {
        return (SharedLog) Proxy.newProxyInstance(
                SharedLog.class.getClassLoader(), new Class<?>[] {SharedLog.class}, (proxy, method, arguments) -> {
                    Object answer = method.invoke(log, arguments);
                    return answer instanceof List<?> found
                            ? found.stream()
                                    .filter(each -> !(each instanceof Batch batch && batch.first() == lost.first()))
                                    .toList()
                            : answer;
                });
    }

    private void writeDirectory(String name) {
        try (Engine engine = settings(name).adminToken(TOKEN).open()) {
            newKey(engine);
            for (int i = 0; i < RESOURCES; i++) {
                assertThat(post(engine, "k" + i).status()).isEqualTo(201);
            }
        }
    }

    private void newKey(Engine engine) {
        String workspace = engine.admin().createWorkspace("acme", "pro").call().id();
        key = engine.admin().createKey(workspace, "k").call().secret().orElseThrow();
    }

    private EngineBuilder settings(String name) {
        return Engine.builder().directory(base.resolve(name)).tables(Tables.HEAP);
    }

    private Engine overLog(String keyFile) {
        return Engine.builder()
                .log(log.connect())
                .secretKeyFile(base.resolve(keyFile))
                .adminToken(TOKEN)
                .tables(Tables.HEAP)
                .open();
    }

    private String answers(Path directory) {
        try (Engine engine = Engine.builder()
                .directory(directory)
                .adminToken(TOKEN)
                .tables(Tables.HEAP)
                .open()) {
            return answers(engine);
        }
    }

    /** Returns what an engine answers about all that it has. */
    private String answers(Engine engine) {
        StringBuilder all = new StringBuilder();
        for (String path : List.of("/v1/resources?limit=100", "/v1/events?limit=100", "/v1/keys", "/v1/workspace")) {
            Reply reply = get(engine, path);
            assertThat(reply.status()).as(path).isEqualTo(200);
            all.append(reply.text().replaceAll("\"lastUsedAt\":\"[^\"]*\",", ""));
        }
        return all.toString();
    }

    private Reply get(Engine engine, String path) {
        return engine.call(Call.of("GET", path).withKey(key));
    }

    private Reply post(Engine engine, String idempotencyKey) {
        return engine.call(Call.of("POST", "/v1/resources")
                .withKey(key)
                .withHeader("Idempotency-Key", idempotencyKey)
                .withBody(Json.of("{\"name\":\"n\"}")));
    }
}
