package dev.plinth.engine.internal.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.rows.RowKey;
import dev.plinth.engine.internal.base.rows.TransferredTable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Tests which image of a row is passed on, and where those that came later follow. */
final class LastImagesTest {
    private static final Id WORKSPACE = new Id(IdKind.WORKSPACE, 3, 4);
    private static final TransferredTable FIRST = TransferredTables.inOrder().get(0);
    private static final TransferredTable SECOND = TransferredTables.inOrder().get(1);
    private static final TransferredTable LAST =
            TransferredTables.inOrder().get(TransferredTables.inOrder().size() - 1);

    private final Map<RowKey, Optional<byte[]>> later = new LinkedHashMap<>();
    private final List<String> passed = new ArrayList<>();
    private final LastImages images = new LastImages(later, new LastImages.RowTaker() {
        @Override
        public void workspace(Id workspace) {
            passed.add(workspace.text());
        }

        @Override
        public void row(TransferredTable table, byte[] key, byte[] row) {
            passed.add(TransferredTables.place(table) + ":" + key[0] + "=" + row[0]);
        }
    });

    @Test
    void row_changedLater_isPassedOnceAfterTheOthersOfItsTable() {
        later(FIRST, 1, 9);
        images.workspace(WORKSPACE);
        read(FIRST, 1, 1);
        read(FIRST, 2, 2);
        read(SECOND, 1, 3);
        images.end();

        assertThat(passed).containsExactly(WORKSPACE.text(), "0:2=2", "0:1=9", "1:1=3");
    }

    @Test
    void row_removedLater_isNotPassed() {
        later.put(new RowKey(FIRST.table(), key(1)), Optional.empty());
        read(FIRST, 1, 1);
        read(FIRST, 2, 2);
        images.end();

        assertThat(passed).containsExactly("0:2=2");
    }

    @Test
    void row_thatIsNotThereAtFirst_isPassedBeforeTheNextTable() {
        later(LAST, 7, 7);
        later(SECOND, 7, 7);
        later(FIRST, 7, 7);
        read(SECOND, 1, 1);
        assertThat(passed).containsExactly("0:7=7", "1:1=1");

        images.end();
        images.end();

        assertThat(passed).containsExactly("0:7=7", "1:1=1", "1:7=7", TransferredTables.place(LAST) + ":7=7");
    }

    @Test
    void row_ofTheLaterRowsOrRemoved_isLeftToTheImages() {
        images.row(ExportFormat.LATER_ROWS, FIRST, key(1), new byte[] {1});
        images.row(ExportFormat.ROWS, FIRST, key(1), null);
        images.end();

        assertThat(passed).isEmpty();
    }

    @Test
    void row_withTheKeyOfAChangedRowOfAnotherTable_isPassed() {
        later(SECOND, 1, 9);
        read(FIRST, 1, 1);
        images.end();

        assertThat(passed).containsExactly("0:1=1", "1:1=9");
    }

    private void read(TransferredTable table, int key, int value) {
        images.row(ExportFormat.ROWS, table, key(key), new byte[] {(byte) value});
    }

    private void later(TransferredTable table, int key, int value) {
        later.put(new RowKey(table.table(), key(key)), Optional.of(new byte[] {(byte) value}));
    }

    private static byte[] key(int first) {
        return new byte[] {(byte) first, 0};
    }
}
