package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.api.StoreReport;
import dev.plinth.engine.settings.IdSource;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests what an operator does with real directories. The many kinds of damage and of concurrent writes are tested in the store's room. */
final class DataDirectoryTest {
    private static final String FIRST_SEGMENT = "journal-0000000001";
    private static final int VERSION_AT = 8;
    private static final int HEADER_CRC_AT = 60;

    @TempDir
    private Path base;

    @Test
    void open_firstStartFails_theNextOneTellsTheToken() {
        Path directory = base.resolve("data");
        EngineBuilder wrong = Engine.builder()
                .directory(directory)
                .createDefaultWorkspace(true)
                .routeCost("POST /v1/nowhere", 2);
        assertThatThrownBy(wrong::open).isInstanceOf(IllegalArgumentException.class);
        EngineBuilder right = Engine.builder().directory(directory).createDefaultWorkspace(true);
        String token;
        try (Engine engine = right.open()) {
            assertThat(engine.firstStart()).isPresent();
            token = engine.newAdminToken().orElseThrow();
        }
        try (Engine engine = right.open()) {
            assertThat(engine.newAdminToken()).isEmpty();
            assertThat(workspaces(engine, token)).isEqualTo(200);
        }
    }

    @Test
    void open_failsBehindTheStore_directoryCanBeOpenedAgain() {
        Path directory = base.resolve("data");
        EngineBuilder impossible = Engine.builder()
                .directory(directory)
                .requireIdempotencyKey("POST /admin/v1/workspaces")
                .createDefaultWorkspace(true);
        assertThatThrownBy(impossible::open).isInstanceOf(PlinthException.class);
        for (int calls = 0; calls < 5; calls++) {
            Path another = base.resolve("data" + calls);
            EngineBuilder failing = Engine.builder().directory(another).ids(new FailingIds(calls));
            assertThatThrownBy(() -> failing.createDefaultWorkspace(true).open())
                    .hasStackTraceContaining(FailingIds.class.getSimpleName());
            Engine.open(another).close();
        }

        Engine.open(directory).close();
    }

    /** Threads join the group of who starts them: engines that other tests have left running are in another one. */
    @Test
    void open_routeIsUnknown_leavesNoThread() throws InterruptedException {
        ThreadGroup group = new ThreadGroup("refused engine");
        AtomicReference<Throwable> refused = new AtomicReference<>();
        EngineBuilder wrong = Engine.builder().directory(base.resolve("data")).routeCost("POST /v1/nowhere", 2);

        Thread opener = new Thread(group, () -> refused.set(catchThrowable(wrong::open)), "opener");
        opener.start();
        opener.join();

        assertThat(refused.get()).isInstanceOf(IllegalArgumentException.class);
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (group.equals(thread.getThreadGroup()) && thread.getName().startsWith("plinth-")) {
                thread.join(60_000);
                assertThat(thread.isAlive()).as(thread.getName()).isFalse();
            }
        }
        Engine.open(base.resolve("data")).close();
    }

    @Test
    void open_defaultWorkspaceWasDeleted_isNotMadeAgain() {
        EngineBuilder builder = Engine.builder().directory(base.resolve("data")).createDefaultWorkspace(true);
        try (Engine engine = builder.open()) {
            assertThat(engine.newAdminToken()).isPresent();
            String made = engine.firstStart().orElseThrow().workspaceId();
            engine.admin().deleteWorkspace(made).call();
        }
        try (Engine engine = builder.open()) {
            assertThat(engine.firstStart()).isEmpty();
            assertThat(engine.newAdminToken()).isEmpty();
            assertThat(engine.admin().workspaces().call().data()).isEmpty();
        }
    }

    @Test
    void open_tokenWasGivenBeforeAndIsNotNow_newOneIsToldOnceAndRemembered() {
        EngineBuilder builder = Engine.builder().directory(base.resolve("data")).createDefaultWorkspace(true);
        try (Engine engine = builder.adminToken("given-by-the-operator").open()) {
            assertThat(engine.firstStart()).isPresent();
            assertThat(engine.newAdminToken()).isEmpty();
        }
        EngineBuilder without = Engine.builder().directory(base.resolve("data")).createDefaultWorkspace(true);
        String token;
        try (Engine engine = without.open()) {
            assertThat(engine.firstStart()).isEmpty();
            token = engine.newAdminToken().orElseThrow();
            assertThat(workspaces(engine, token)).isEqualTo(200);
            assertThat(workspaces(engine, "given-by-the-operator")).isEqualTo(401);
        }
        try (Engine engine = without.open()) {
            assertThat(engine.newAdminToken()).isEmpty();
            assertThat(workspaces(engine, token)).isEqualTo(200);
        }
    }

    private static int workspaces(Engine engine, String token) {
        return engine.call(Call.of("GET", "/admin/v1/workspaces").withKey(token))
                .status();
    }

    /** Fails from some call on. */
    private static final class FailingIds implements IdSource {
        private int left;

        FailingIds(int calls) {
            left = calls;
        }

        @Override
        public Bits next(String kind, long epochMillis) {
            count();
            return new Bits(epochMillis << 16, left);
        }

        @Override
        public void fillSecret(byte[] target) {
            count();
            Arrays.fill(target, (byte) left);
        }

        private void count() {
            if (left-- == 0) {
                throw new IllegalStateException(getClass().getSimpleName());
            }
        }
    }

    @Test
    void backup_ofAnOpenEngine_opensWithItsSealedSecretsToo() throws IOException {
        Path directory = base.resolve("data");
        Path target = base.resolve("copy");
        String key;
        String answer;
        try (Engine engine = Engine.open(directory)) {
            key = keyOf(engine);
            answer = createKeyOnce(engine, key);

            StoreReport report = engine.backup(target);

            assertThat(report.isWhole()).isTrue();
            assertThat(report.lines()).hasSize(2).last().isEqualTo("with secret.key");
            assertThat(DataDirectory.verify(directory).isWhole()).isTrue();
            engine.client(key).resources().create("later").call();
        }
        assertThat(files(target)).contains("secret.key", FIRST_SEGMENT).doesNotContain("snapshot.tmp");
        assertThat(base.resolve("copy.partial")).doesNotExist();
        try (Engine copy = Engine.open(target)) {
            // The replay holds the new key's secret, which is sealed in the store.
            assertThat(createKeyOnce(copy, key)).isEqualTo(answer);
            assertThat(copy.client(key).resources().list().call().data()).isEmpty();
        }
    }

    @Test
    void backup_files_areForTheirOwnerOnly() throws IOException {
        assumeThat(base.getFileSystem().supportedFileAttributeViews())
                .as("permissions of files")
                .contains("posix");
        DataDirectory.backup(written(), base.resolve("copy"));

        assertThat(permissions(base.resolve("copy"))).isEqualTo("rwx------");
        for (String name : files(base.resolve("copy"))) {
            assertThat(permissions(base.resolve("copy").resolve(name))).as(name).isEqualTo("rw-------");
        }
    }

    @Test
    void backup_toAnEmptyDirectoryBesideWhatAKilledOneLeft_takesBothPlaces() throws IOException {
        Path target = Files.createDirectory(base.resolve("copy"));
        Path partial = Files.createDirectory(base.resolve("copy.partial"));
        Files.writeString(partial.resolve(FIRST_SEGMENT), "half");
        Files.writeString(partial.resolve("secret.key"), "half");

        DataDirectory.backup(written(), target);

        assertThat(DataDirectory.verify(target).isWhole()).isTrue();
        assertThat(partial).doesNotExist();
    }

    @Test
    void backup_whatAnotherProgramHasInThePlaceOfTheCopy_isLeftAlone() throws IOException {
        Path directory = written();
        Path other = Files.createDirectory(base.resolve("copy.partial")).resolve("letter.txt");
        Files.writeString(other, "text");

        assertThatThrownBy(() -> DataDirectory.backup(directory, base.resolve("copy")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("has letter.txt");
        assertThat(other).hasContent("text");
    }

    @Test
    void backup_targetThatCannotBe_isRefused() throws IOException {
        Path directory = written();
        Path file = Files.writeString(base.resolve("file"), "text");
        Files.createDirectories(base.resolve("full").resolve("of"));

        assertRefused(() -> DataDirectory.backup(directory, file), "absent or an empty directory");
        assertRefused(() -> DataDirectory.backup(directory, base.resolve("full")), "absent or an empty directory");
        assertRefused(() -> DataDirectory.backup(directory, directory.resolve("copy")), "outside of " + directory);
        assertRefused(
                () -> DataDirectory.backup(directory, base.resolve("a").resolve("b")), "Make that directory first");
        assertThat(files(base)).containsExactlyInAnyOrder("data", "file", "full");
    }

    @Test
    void backup_ofDamage_isRefusedAndLeavesNoTarget() throws IOException {
        Path directory = written();
        flip(directory);

        assertRefused(() -> DataDirectory.backup(directory, base.resolve("copy")), "nothing was copied");
        assertThat(base.resolve("copy")).doesNotExist();
    }

    @Test
    void backup_ofAnEngineInMemory_isRefused() {
        try (Engine engine = Engine.inMemory()) {
            assertRefused(() -> engine.backup(base.resolve("copy")), "in memory has nothing to copy");
        }
    }

    @Test
    void verify_ofDamage_namesFileByteAndRecord() throws IOException {
        Path directory = written();
        flip(directory);

        StoreReport report = DataDirectory.verify(directory);

        assertThat(report.isWhole()).isFalse();
        assertThat(report.lines())
                .anySatisfy(line -> assertThat(line)
                        .matches("damaged: record \\d+ in " + FIRST_SEGMENT + " at byte \\d+ is damaged, but .*"));
    }

    @Test
    void recover_ofDamage_opensWithWhatWasBefore() throws IOException {
        Path directory = written();
        flip(directory);
        List<String> before = files(directory);

        assertThat(DataDirectory.recover(directory, false).isWhole()).isFalse();
        assertThat(files(directory)).isEqualTo(before);
        assertThat(DataDirectory.recover(directory, true).isWhole()).isTrue();

        Engine.open(directory).close();
        assertThat(DataDirectory.verify(directory).isWhole()).isTrue();
        assertThat(files(directory))
                .filteredOn(name -> name.startsWith("lost-"))
                .hasSize(1);
    }

    @Test
    void recover_whileInUse_isRefused() {
        Path directory = base.resolve("data");
        try (Engine engine = Engine.open(directory)) {
            assertRefused(() -> DataDirectory.recover(directory, true), "has it open");
            assertThat(engine.admin().workspaces().call().data()).isEmpty();
        }
    }

    @Test
    void export_ofADirectoryWithoutAStore_isRefusedAndMakesNone() throws IOException {
        Path empty = Files.createDirectory(base.resolve("empty"));
        Path key = Files.write(base.resolve("transfer.key"), new byte[32]);

        assertRefused(
                () -> DataDirectory.exportWorkspace(
                        Engine.builder().directory(empty), "ws_unknown", base.resolve("out"), key),
                "has neither snapshot nor journal");
        assertThat(files(empty)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"missing", "empty", "file"})
    void anyTool_whereNoStoreIs_isRefusedAndMakesNone(String kind) throws IOException {
        Path directory = base.resolve(kind);
        if (kind.equals("empty")) {
            Files.createDirectory(directory);
        } else if (kind.equals("file")) {
            Files.writeString(directory, "text");
        }
        List<String> before = files(base);

        assertRefused(() -> DataDirectory.verify(directory), "Expected the directory of a store");
        assertRefused(() -> DataDirectory.backup(directory, base.resolve("copy")), "Expected the directory of a store");
        assertRefused(() -> DataDirectory.recover(directory, true), "Expected the directory of a store");
        assertThat(files(base)).isEqualTo(before);
    }

    @Test
    void anything_ofANewerVersion_isRefusedWithASentenceAndChangesNothing() throws IOException {
        Path directory = written();
        Path segment = directory.resolve(FIRST_SEGMENT);
        byte[] bytes = Files.readAllBytes(segment);
        ByteBuffer header = ByteBuffer.wrap(bytes).putInt(VERSION_AT, 3);
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, HEADER_CRC_AT);
        header.putInt(HEADER_CRC_AT, (int) crc.getValue());
        Files.write(segment, bytes);
        String message = FIRST_SEGMENT + " is of version 3, and this release reads version 2; nothing was changed";

        assertRefused(() -> DataDirectory.verify(directory), message);
        assertRefused(() -> DataDirectory.backup(directory, base.resolve("copy")), message);
        assertRefused(() -> DataDirectory.recover(directory, true), message);
        assertRefused(() -> Engine.open(directory), message);
        assertThat(Files.readAllBytes(segment)).isEqualTo(bytes);
        assertThat(base.resolve("copy")).doesNotExist();
    }

    private Path written() {
        Path directory = base.resolve("data");
        try (Engine engine = Engine.open(directory)) {
            String key = keyOf(engine);
            for (int i = 0; i < 10; i++) {
                engine.client(key).resources().create("resource " + i).call();
            }
        }
        return directory;
    }

    private static String keyOf(Engine engine) {
        String workspace = engine.admin().createWorkspace("acme", "pro").call().id();
        return engine.admin().createKey(workspace, "test").call().secret().orElseThrow();
    }

    private static String createKeyOnce(Engine engine, String key) {
        return engine.call(Call.of("POST", "/v1/keys")
                        .withKey(key)
                        .withHeader("Idempotency-Key", "once")
                        .withBody(Json.of("{\"name\":\"sealed\"}")))
                .text();
    }

    /** Flips a bit in the text of a resource, with whole records behind it. */
    private static void flip(Path directory) throws IOException {
        Path segment = directory.resolve(FIRST_SEGMENT);
        String text = new String(Files.readAllBytes(segment), StandardCharsets.ISO_8859_1);
        int at = text.indexOf("resource 5");
        try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
            file.seek(at);
            file.write('R');
        }
    }

    private static String permissions(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    private static List<String> files(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return new ArrayList<>(
                    files.map(file -> file.getFileName().toString()).sorted().toList());
        }
    }

    private static void assertRefused(Runnable call, String message) {
        assertThatThrownBy(call::run)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(message)
                .message()
                .endsWith(".")
                .doesNotContain("\n");
    }
}
