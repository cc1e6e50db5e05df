package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.api.WorkspaceImport;
import dev.plinth.engine.client.AdminClient;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.settings.EngineStore;
import dev.plinth.engine.internal.transfer.WorkspaceTransfers;
import dev.plinth.engine.settings.Plan;
import dev.plinth.engine.settings.TableShare;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests that a file that is not a whole export of this release is refused in a sentence, and that nothing is written. */
@Timeout(120)
final class WorkspaceFileTest {
    private static final int PLACES = 40;
    private static final int VERSION_AT = 8;
    private static final int CRC_AT = 28;

    @TempDir
    private Path base;

    private Path key;
    private byte[] whole = {};
    private TestEngine target;
    private byte[] hash = {};

    @BeforeEach
    void export() throws IOException {
        key = Files.write(base.resolve("transfer.key"), new byte[32]);
        Path file = base.resolve("whole");
        try (TestEngine source = TestEngine.inMemory()) {
            String workspace = source.newWideWorkspace();
            source.use(source.newKey(workspace));
            for (int i = 0; i < 200; i++) {
                source.make("/v1/resources", "{\"name\":\"r\",\"data\":{\"text\":\"" + "x".repeat(4_000) + "\"}}");
            }
            source.engine().admin().exportWorkspace(workspace, file, key);
        }
        whole = Files.readAllBytes(file);
        target = TestEngine.open(builder -> builder.plan(Plan.of("small", 1_000_000, Duration.ofSeconds(1))
                .withQueuedJobsMax(100)
                .withResourcesMax(10)));
        hash = target.engine().store().stateHash();
    }

    @AfterEach
    void close() {
        target.close();
    }

    @Test
    void transfer_ofAClosedEngine_isRefusedInASentence() throws IOException {
        WorkspaceImport input = WorkspaceImport.of(Files.write(base.resolve("file"), whole), key);
        String workspace = target.newWideWorkspace();
        AdminClient admin = target.engine().admin();
        target.engine().close();

        assertThatThrownBy(() -> admin.exportWorkspace(workspace, base.resolve("new"), key))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> admin.importWorkspace(input)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void import_ofACutFile_isRefusedWhereverItEnds() throws IOException {
        for (int i = 0; i < PLACES; i++) {
            byte[] cut = Arrays.copyOf(whole, (int) ((long) whole.length * i / PLACES));
            refused(cut, cut.length < 32 ? "is no exported workspace" : "ends too early");
        }
        refused(Arrays.copyOf(whole, whole.length - 1), "ends too early");
        refused(Arrays.copyOf(whole, whole.length + 1), "has bytes after its end");
    }

    @Test
    void import_ofAFileWithAFlippedBit_isRefusedWhereverItIs() throws IOException {
        for (int i = 0; i < PLACES; i++) {
            byte[] flipped = whole.clone();
            flipped[(int) ((long) (whole.length - 1) * i / (PLACES - 1))] ^= 16;
            refused(flipped, "");
        }
    }

    @Test
    void import_ofAFileWithPartsInAnotherOrder_isRefused() throws IOException {
        ByteBuffer parts = ByteBuffer.wrap(whole).position(32);
        int first = 32;
        int second = first + 8 + parts.getInt(first);
        int third = second + 8 + parts.getInt(second);
        int fourth = third + 8 + parts.getInt(third);
        byte[] swapped = ByteBuffer.allocate(whole.length)
                .put(whole, 0, second)
                .put(whole, third, fourth - third)
                .put(whole, second, third - second)
                .put(whole, fourth, whole.length - fourth)
                .array();

        refused(swapped, "is damaged at byte " + second);
    }

    @Test
    void import_ofAnotherFormat_isRefusedByItsNumber() throws IOException {
        ByteBuffer other = ByteBuffer.wrap(whole.clone());
        other.putInt(VERSION_AT, 2);
        CRC32C crc = new CRC32C();
        crc.update(other.array(), 0, CRC_AT);
        other.putInt(CRC_AT, (int) crc.getValue());

        refused(other.array(), "has the format 2, and this release reads format 1");
    }

    @Test
    void import_withAnotherKey_isRefused() throws IOException {
        byte[] other = new byte[32];
        other[0] = 1;
        Files.write(key, other);
        refused(whole, "is encrypted with another key than the one in");
        Files.write(key, new byte[31]);
        refused(whole, "must have 32 bytes, got 31");
        Files.delete(key);
        refused(whole, "cannot be read");
    }

    @Test
    void import_beyondThePlan_isRefusedBeforeAnythingIsWritten() throws IOException {
        Path file = Files.write(base.resolve("file"), whole);
        WorkspaceImport input = WorkspaceImport.of(file, key);

        assertRefused(input.underPlan("small"), "Plan small allows 10 resources, and the file has 200");
        assertRefused(input.underPlan("none"), "under plan none, which is not configured here");
        Plan narrow = Plan.of("narrow", 1_000_000, Duration.ofSeconds(1))
                .withQueuedJobsMax(100)
                .withResourcesMax(10_000)
                .withShare("events", new TableShare(100, 1_000_000_000));
        try (TestEngine other = TestEngine.open(builder -> builder.plan(narrow))) {
            byte[] before = other.engine().store().stateHash();
            assertThatThrownBy(() -> other.engine().admin().importWorkspace(input.underPlan("narrow")))
                    .hasMessageContaining("100 rows of the table of events");
            assertThat(other.engine().store().stateHash()).isEqualTo(before);
        }
    }

    @Test
    void export_intoAFileThatExists_isRefused() throws IOException {
        Path file = Files.write(base.resolve("file"), new byte[1]);
        String workspace = target.newWideWorkspace();

        assertThatThrownBy(() -> target.engine().admin().exportWorkspace(workspace, file, key))
                .hasMessageContaining("exists, and an export does not replace it");
        assertThatThrownBy(() -> target.engine().admin().exportWorkspace("ws_unknown", base.resolve("new"), key))
                .hasMessageContaining("There is no workspace ws_unknown");
        assertThat(base.resolve("new")).doesNotExist();
    }

    @Test
    void tables_ofAllRooms_moveOrStayOnPurpose() {
        List<String> staying = List.of("settings", "inboxes", "cursors", "deleted workspaces", "imported workspaces");
        for (TableName<?> table : EngineStore.tables()) {
            assertThat(WorkspaceTransfers.moves(table) != staying.contains(table.name()))
                    .as(table.name())
                    .isTrue();
        }
    }

    private void refused(byte[] bytes, String sentence) throws IOException {
        assertRefused(WorkspaceImport.of(Files.write(base.resolve("file"), bytes), key), sentence);
    }

    private void assertRefused(WorkspaceImport input, String sentence) {
        assertThatThrownBy(() -> target.engine().admin().importWorkspace(input))
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessageContaining(sentence)
                .hasMessageEndingWith(".");
        assertThat(target.engine().store().stateHash()).isEqualTo(hash);
    }
}
