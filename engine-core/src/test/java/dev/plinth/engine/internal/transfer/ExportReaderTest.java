package dev.plinth.engine.internal.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.internal.base.Bytes;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.RandomIds;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.base.rows.RowReader;
import dev.plinth.engine.internal.base.rows.TransferredTable;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests what a reader refuses in a file that is made byte by byte, at which byte, and what it takes at the limits. */
final class ExportReaderTest {
    private static final Id WORKSPACE = new Id(IdKind.WORKSPACE, 3, 4);
    private static final long POSITIONS = 17;
    private static final TransferredTable FIRST = table(0);

    private final RandomIds ids = new RandomIds();
    private final SecretCipher cipher = new SecretCipher(new byte[SecretCipher.KEY_BYTES], ids);
    private final byte[] header = ExportFormat.header(new byte[ExportFormat.randomBytes()]);
    private final ByteArrayOutputStream file = new ByteArrayOutputStream();
    private final List<byte[]> rows = new ArrayList<>();
    private MessageDigest digest = Bytes.newSha256();
    private int parts;

    @TempDir
    private Path base;

    ExportReaderTest() {
        file.writeBytes(header);
    }

    @Test
    void read_wholeFile_countsItsRowsAndAllItsBytes() throws IOException {
        begin();
        part(rows(row(FIRST, new byte[] {1, 2}), row(FIRST, new byte[] {3})));
        byte[] end = end(2);
        part(end);

        ExportReader reader = reader();
        ExportReader.End read = reader.read(visitor());

        assertThat(read.positions()).isEqualTo(POSITIONS);
        assertThat(read.rows()).isEqualTo(2);
        assertThat(read.sum()).isEqualTo(sum());
        assertThat(reader.bytes()).isEqualTo(file.size());
        assertThat(rows.get(0)).endsWith(1, 2).hasSize(RowReader.SEQUENCE_BYTES + 2);
        assertThat(rows.get(1)).endsWith(3).hasSize(RowReader.SEQUENCE_BYTES + 1);
    }

    @Test
    void read_rowOfNoBytesAndRemovedRow_areTaken() throws IOException {
        begin();
        part(rows(row(FIRST, new byte[0]), row(FIRST, null)));
        part(end(2));

        assertThat(reader().read(visitor()).rows()).isEqualTo(2);
        assertThat(rows.get(0)).isEqualTo(new byte[RowReader.SEQUENCE_BYTES]);
        assertThat(rows.get(1)).isNull();
    }

    @Test
    void read_rowsOfOneTableInTwoParts_areTaken() throws IOException {
        begin();
        part(rows(row(FIRST, new byte[1])));
        part(rows(row(FIRST, new byte[1])));
        part(end(2));

        assertThat(reader().read(visitor()).rows()).isEqualTo(2);
    }

    @Test
    void read_rowsOfAnEarlierTable_areRefusedAndTakenAmongTheLaterRows() throws IOException {
        begin();
        byte[] begun = file.toByteArray();
        part(rows(row(table(1), new byte[1])));
        part(rows(row(FIRST, new byte[1])));
        part(end(2));
        refused("has its tables in another order, which this release does not know");

        restart(begun, 1);
        part(rows(row(table(1), new byte[1])));
        part(with(rows(row(FIRST, new byte[1])), 0, (byte) ExportFormat.LATER_ROWS));
        part(end(2));
        assertThat(reader().read(visitor()).rows()).isEqualTo(2);
    }

    @Test
    void read_byteAfterTheEnd_isRefusedWithItsPlace() throws IOException {
        begin();
        part(end(0));
        int whole = file.size();
        file.write(0);

        refused("has bytes after its end, at byte " + whole);
    }

    @Test
    void read_lengthOfAPartOutOfItsRange_isDamageAtItsPlace() throws IOException {
        begin();
        byte[] begun = file.toByteArray();
        for (int length : new int[] {Integer.MIN_VALUE, -1, 0, ExportFormat.PART_BYTES_MAX + 1}) {
            restart(begun, 1);
            file.writeBytes(
                    ByteBuffer.allocate(2 * Integer.BYTES).putInt(length).array());
            refused("is damaged at byte " + begun.length + ";");
        }
        restart(header, 0);
        file.writeBytes(new byte[2 * Integer.BYTES]);
        refused("is damaged at byte " + header.length + ";");
        restart(begun, 1);
        file.writeBytes(ByteBuffer.allocate(2 * Integer.BYTES)
                .putInt(ExportFormat.PART_BYTES_MAX)
                .array());
        refused("ends too early, after byte " + begun.length + ";");
    }

    @Test
    void read_largestPart_isTaken() throws IOException {
        begin();
        int sealing = cipher.sealUnnamed(new byte[1], ExportFormat.bound(header, 0)).length - 1;
        int free = ExportFormat.PART_BYTES_MAX - sealing - rows(row(FIRST, new byte[0])).length;
        part(rows(row(FIRST, new byte[free])));
        part(end(1));

        assertThat(reader().read(visitor()).rows()).isEqualTo(1);
        assertThat(rows.get(0)).hasSize(RowReader.SEQUENCE_BYTES + free);
    }

    @Test
    void read_otherBytesInAPart_isDamageAtItsPlace() throws IOException {
        begin();
        int place = file.size();
        part(end(0));
        byte[] damaged = file.toByteArray();
        damaged[damaged.length - 1]++;
        restart(damaged, 2);

        refused("is damaged at byte " + place + ";");
    }

    @Test
    void read_partAtThePlaceOfAnother_isDamageAtItsPlace() throws IOException {
        begin();
        int place = file.size();
        parts++;
        part(end(0));

        refused("is damaged at byte " + place + ";");
    }

    @Test
    void read_firstPartOfAnotherKey_namesTheKeyFile() {
        byte[] other = new byte[SecretCipher.KEY_BYTES];
        other[0] = 1;
        byte[] sealed = new SecretCipher(other, ids).sealUnnamed(beginning(), ExportFormat.bound(header, 0));
        file.writeBytes(framed(sealed));

        refused("is encrypted with another key than the one in " + base.resolve("key") + "; nothing was imported.");
    }

    @Test
    void read_lengthOfARowThatItsPartDoesNotHave_isRefusedWithBoth() throws IOException {
        begin();
        byte[] begun = file.toByteArray();
        for (int length : new int[] {-1, 4, Integer.MAX_VALUE}) {
            restart(begun, 1);
            byte[] part = rows(row(FIRST, new byte[3]));
            ByteBuffer.wrap(part).putInt(part.length - 3 - Integer.BYTES, length);
            part(part);
            refused("has a row of " + length + " bytes in a part with 3 left;");
        }
    }

    @Test
    void read_partThatEndsInARow_isRefusedWithTheEndOfThatPart() throws IOException {
        begin();
        byte[] part = rows(row(FIRST, null));
        part(Arrays.copyOf(part, part.length - 1));

        refused("has a part that ends too early, before byte " + file.size() + ";");
    }

    @Test
    void read_kindOrTableThatIsNotKnown_isRefusedWithIt() throws IOException {
        begin();
        byte[] begun = file.toByteArray();
        for (int kind : new int[] {0, 5, 9}) {
            restart(begun, 1);
            part(new byte[] {(byte) kind});
            refused("has a part of kind " + kind + ", which this release does not know;");
        }
        int never = TransferredTables.inOrder().stream()
                .filter(each -> each.stage() == TransferredTable.Stage.NEVER)
                .findFirst()
                .orElseThrow()
                .table()
                .number();
        for (int number : new int[] {never, 0, 127, -1}) {
            restart(begun, 1);
            part(with(rows(row(FIRST, null)), 1, (byte) number));
            refused("has rows of table " + number + ", which this release does not know;");
        }
    }

    @Test
    void read_endWithOtherRowsOrAnotherSum_isRefused() throws IOException {
        begin();
        part(rows(row(FIRST, new byte[1])));
        byte[] begun = file.toByteArray();
        part(end(2));
        refused("has 1 rows and another sum than the 2 rows that were exported;");

        restart(begun, 2);
        byte[] end = end(1);
        end[end.length - 1]++;
        part(end);
        refused("has 1 rows and another sum than the 1 rows that were exported;");
    }

    @Test
    void read_header_isRefusedForItsMagicItsSumAndItsFormat() throws IOException {
        begin();
        part(end(0));
        byte[] whole = file.toByteArray();
        restart(with(whole, 0, (byte) 'p'), 0);
        refused("is no exported workspace.");
        restart(Arrays.copyOf(whole, ExportFormat.HEADER_BYTES - 1), 0);
        refused("is no exported workspace.");
        restart(with(whole, ExportFormat.HEADER_BYTES - 1, (byte) (whole[ExportFormat.HEADER_BYTES - 1] + 1)), 0);
        refused("is damaged before byte " + ExportFormat.HEADER_BYTES + ";");
        restart(with(whole, 12, (byte) 1), 0);
        refused("is damaged before byte " + ExportFormat.HEADER_BYTES + ";");

        byte[] later = with(whole, 11, (byte) 2);
        ByteBuffer.wrap(later).putInt(28, ExportFormat.crc(Arrays.copyOf(later, 28)));
        restart(later, 0);
        refused("has the format 2, and this release reads format 1. Import it with the release that exported it.");
    }

    private void refused(String what) {
        assertThatThrownBy(() -> reader().read(visitor()))
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith(base.resolve("file") + " ")
                .hasMessageContaining(what);
    }

    private ExportReader reader() throws IOException {
        return new ExportReader(Files.write(base.resolve("file"), file.toByteArray()), base.resolve("key"), cipher);
    }

    private ExportReader.Visitor visitor() {
        rows.clear();
        return new ExportReader.Visitor() {
            @Override
            public void workspace(Id workspace) {
                assertThat(workspace).isEqualTo(WORKSPACE);
            }

            @Override
            public void row(int kind, TransferredTable table, byte[] key, byte @Nullable [] row) {
                rows.add(row);
            }
        };
    }

    private void restart(byte[] bytes, int partsBefore) {
        file.reset();
        file.writeBytes(bytes);
        parts = partsBefore;
        if (partsBefore == 1) {
            digest = Bytes.newSha256();
            digest.update(beginning());
        }
    }

    private void begin() {
        part(beginning());
    }

    private static byte[] beginning() {
        return joined(new byte[] {ExportFormat.BEGIN}, WORKSPACE.key());
    }

    /** Adds a part at the next place, bound to it. */
    private void part(byte[] plain) {
        if (plain[0] != ExportFormat.END) {
            digest.update(plain);
        }
        file.writeBytes(framed(cipher.sealUnnamed(plain, ExportFormat.bound(header, parts++))));
    }

    private static byte[] framed(byte[] sealed) {
        return ByteBuffer.allocate(ExportFormat.PART_HEAD_BYTES + sealed.length)
                .putInt(sealed.length)
                .putInt(ExportFormat.crc(sealed))
                .put(sealed)
                .array();
    }

    private static byte[] rows(byte[]... rows) {
        return joined(new byte[] {ExportFormat.ROWS}, joined(rows));
    }

    private static byte[] row(TransferredTable table, byte @Nullable [] row) {
        byte[] head = {(byte) table.table().number(), (byte) (row == null ? 0 : 1)};
        byte[] key = new byte[table.table().keyBytes()];
        if (row == null) {
            return joined(head, key);
        }
        byte[] length = ByteBuffer.allocate(Integer.BYTES).putInt(row.length).array();
        return joined(head, key, length, row);
    }

    private byte[] end(long count) {
        byte[] counts = ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(POSITIONS)
                .putLong(count)
                .array();
        return joined(new byte[] {ExportFormat.END}, counts, sum());
    }

    private byte[] sum() {
        try {
            return ((MessageDigest) digest.clone()).digest();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] with(byte[] bytes, int place, byte other) {
        byte[] changed = bytes.clone();
        changed[place] = other;
        return changed;
    }

    private static byte[] joined(byte[]... each) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] bytes : each) {
            out.writeBytes(bytes);
        }
        return out.toByteArray();
    }

    private static TransferredTable table(int place) {
        return TransferredTables.inOrder().stream()
                .filter(each -> each.stage() != TransferredTable.Stage.NEVER)
                .skip(place)
                .findFirst()
                .orElseThrow();
    }
}
