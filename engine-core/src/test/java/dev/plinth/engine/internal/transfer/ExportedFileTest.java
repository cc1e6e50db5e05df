package dev.plinth.engine.internal.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.Engine;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.RandomIds;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.TransferredTable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests what is counted in an exported file and what it may name, and that two exports leave each other alone. */
@Timeout(120)
final class ExportedFileTest {
    private static final int RESOURCES = 20;
    private static final int CHANGES = 400_000;

    private final RandomIds ids = new RandomIds();
    private final SecretCipher cipher = new SecretCipher(new byte[SecretCipher.KEY_BYTES], ids);
    private final List<Written> all = new ArrayList<>();
    private @Nullable Id workspace;
    private long positions;

    @TempDir
    private Path base;

    private Path key;
    private Path whole;

    @BeforeEach
    void export() throws IOException {
        key = Files.write(base.resolve("transfer.key"), new byte[SecretCipher.KEY_BYTES]);
        whole = base.resolve("whole");
        try (Engine source = Engine.builder().open()) {
            String id =
                    source.admin().createWorkspace("acme", "business").call().id();
            for (int i = 0; i < RESOURCES; i++) {
                source.workspace(id).resources().create("r").call();
            }
            source.admin().exportWorkspace(id, whole, key);
        }
        ExportReader.End end = new ExportReader(whole, key, cipher).read(new ExportReader.Visitor() {
            @Override
            public void workspace(Id id) {
                workspace = id;
            }

            @Override
            public void row(int kind, TransferredTable table, byte[] rowKey, byte @Nullable [] row) {
                all.add(new Written(table, rowKey, row));
            }
        });
        positions = end.positions();
    }

    @Test
    void totals_ofRowsThatWereChangedMeanwhile_countEachRowOnce() throws IOException {
        Path changed = base.resolve("changed");
        try (ExportWriter out = begin(changed)) {
            all.forEach(each -> each.writeTo(out, ExportFormat.ROWS));
            out.endRows();
            all.forEach(each -> each.writeTo(out, ExportFormat.LATER_ROWS));
            out.publish(positions);
        }

        assertThat(checked(changed).totals()).isEqualTo(checked(whole).totals());
        assertThat(checked(whole).totals()).anyMatch(each -> each.rows() == RESOURCES);
    }

    @Test
    void totals_ofRowsThatWereRemovedMeanwhile_leaveThemOut() throws IOException {
        Path changed = base.resolve("changed");
        Written resource = all.stream()
                .filter(each -> each.table.table().name().equals("resources"))
                .findFirst()
                .orElseThrow();
        try (ExportWriter out = begin(changed)) {
            all.forEach(each -> each.writeTo(out, ExportFormat.ROWS));
            out.endRows();
            new Written(resource.table, resource.key, null).writeTo(out, ExportFormat.LATER_ROWS);
            out.publish(positions);
        }

        assertThat(checked(changed).totals())
                .anyMatch(each -> each.table().name().equals("resources") && each.rows() == RESOURCES - 1);
    }

    @Test
    void positions_beyondTheirLimitOrFewerThanTheRowsName_areRefused() throws IOException {
        for (long wrong : new long[] {-1, positions - 1, 1L << 31, Long.MAX_VALUE}) {
            Path file = base.resolve("file" + wrong);
            try (ExportWriter out = begin(file)) {
                all.forEach(each -> each.writeTo(out, ExportFormat.ROWS));
                out.publish(wrong);
            }
            assertThatThrownBy(() -> checked(file))
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(wrong + "")
                    .hasMessageContaining("nothing was imported");
        }
    }

    @Test
    void rows_withALengthThatTheirPartDoesNotHave_areRefusedInASentence() throws IOException {
        Written first = all.get(0);
        int table = first.table.table().number();
        byte[] tooLong = ByteBuffer.allocate(first.key.length + Integer.BYTES)
                .put(first.key)
                .putInt(Integer.MAX_VALUE)
                .array();
        for (byte[] wrong : new byte[][] {tooLong, new byte[1]}) {
            Path file = base.resolve("length" + wrong.length);
            try (ExportWriter out = begin(file)) {
                out.row(ExportFormat.ROWS, table, wrong, wrong.length == 1 ? null : first.row);
                out.publish(positions);
            }
            assertThatThrownBy(() -> checked(file))
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("nothing was imported");
        }
    }

    @Test
    void exports_twoToOneName_areBothWholeAndOneIsRefused() throws IOException {
        Path file = base.resolve("twice");
        try (ExportWriter first = begin(file);
                ExportWriter second = begin(file)) {
            all.forEach(each -> each.writeTo(first, ExportFormat.ROWS));
            second.publish(positions);
            byte[] published = Files.readAllBytes(file);

            assertThatThrownBy(() -> first.publish(positions))
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("exists, and an export does not replace it");
            assertThat(file).hasBinaryContent(published);
        }
        try (Stream<Path> left = Files.list(base)) {
            assertThat(left).containsExactlyInAnyOrder(key, whole, file);
        }
    }

    /** POSIX: a process that opens and closes a file releases all its locks on it. */
    @Test
    void exports_ofTwoProcessesToOneName_leaveEachOtherAlone() throws IOException, InterruptedException {
        Path file = base.resolve("three");
        try (ExportWriter first = begin(file)) {
            begin(file).close();
            Process other = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            OtherExport.class.getName(),
                            file.toString())
                    .inheritIO()
                    .start();
            assertThat(other.waitFor()).isZero();

            first.publish(positions);
        }
        assertThat(file).exists();
    }

    @Test
    void track_ofOneRowThatChangesOften_holdsItsLastImageOnly() {
        Written row = all.get(0);
        ChangeTrack track = new ChangeTrack(Objects.requireNonNull(workspace));
        Changes.Write write = new Changes.Write(row.table.table(), row.key, row.row);
        for (int i = 0; i < CHANGES; i++) {
            track.committed(List.of(write));
        }

        assertThat(track.take()).hasSize(1);
    }

    private ExportWriter begin(Path file) throws IOException {
        return ExportWriter.begin(file, cipher, ids, Objects.requireNonNull(workspace));
    }

    private CheckedExport checked(Path file) {
        return CheckedExport.read(() -> new ExportReader(file, key, cipher));
    }

    /** Begins an export to a name, in a process of its own. */
    static final class OtherExport {
        private OtherExport() {}

        public static void main(String[] arguments) throws IOException {
            RandomIds random = new RandomIds();
            SecretCipher cipher = new SecretCipher(new byte[SecretCipher.KEY_BYTES], random);
            ExportWriter.begin(Path.of(arguments[0]), cipher, random, new Id(IdKind.WORKSPACE, 1, 2))
                    .close();
        }
    }

    /** A row as it is in the file. */
    private record Written(TransferredTable table, byte[] key, byte @Nullable [] row) {
        void writeTo(ExportWriter out, int kind) {
            out.row(kind, table.table().number(), key, row);
        }
    }
}
