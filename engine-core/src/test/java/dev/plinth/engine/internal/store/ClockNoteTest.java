package dev.plinth.engine.internal.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.Record;
import dev.plinth.engine.internal.base.rows.StoreSettings;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.store.log.MemoryDisk;
import dev.plinth.engine.internal.store.log.Opening;
import dev.plinth.engine.internal.store.memory.StoreTables;
import dev.plinth.engine.settings.Tables;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The note that a store keeps of its clock for the next start. */
class ClockNoteTest {
    private final MemoryDisk disk = new MemoryDisk();

    @Test
    void note_isReadByTheNextStartUntilItIsTakenBack() throws IOException {
        ClockNote note = new ClockNote(disk);
        assertThat(note.believedMillis()).isEqualTo(Long.MAX_VALUE);

        note.write(7);
        note.write(8);
        assertThat(new ClockNote(disk.killed()).believedMillis()).isEqualTo(8);

        note.clear();
        assertThat(disk.names()).isEmpty();
    }

    @Test
    void noteOfASharedLog_isARowOfTheNextRecord() {
        try (StoreTables tables = new StoreTables(new StoreSettings(Tables.HEAP, List.of(TableName.SETTINGS), 1_000))) {
            ClockNote note = new ClockNote(tables);
            note.clear();
            assertThat(note.unwritten()).as("nothing to take back").isNull();

            note.write(7);
            Changes.Write first = note.unwritten();
            note.write(8);
            append(tables, first);
            note.written(first);
            assertThat(new ClockNote(tables).believedMillis()).isEqualTo(7);

            Changes.Write second = note.unwritten();
            append(tables, second);
            note.written(second);
            assertThat(note.unwritten()).isNull();
            assertThat(new ClockNote(tables).believedMillis()).isEqualTo(8);

            note.clear();
            append(tables, note.unwritten());
            assertThat(new ClockNote(tables).believedMillis()).isEqualTo(Long.MAX_VALUE);
        }
    }

    private static void append(StoreTables tables, Changes.Write write) {
        Record record = new Record(0, 1, tables.lastSequence() + 1, 1, 0, List.of(write), false);
        byte[][] unused = tables.apply(record);
        tables.complete(record);
    }

    @Test
    void openingThatHasLostTheDirectory_leavesTheNoteOfTheLaterOne() {
        Opening first = Opening.of(disk);
        ClockNote lost = new ClockNote(first);
        ClockNote note = new ClockNote(first.next(disk));
        note.write(7);

        lost.write(9);
        assertThat(new ClockNote(disk).believedMillis()).isEqualTo(7);
        lost.clear();
        assertThat(new ClockNote(disk).believedMillis()).isEqualTo(7);
    }

    @Test
    void note_thatWasCutOffOrChanged_isNone() throws IOException {
        new ClockNote(disk).write(7);
        byte[] whole = disk.bytes(ClockNote.NAME);
        for (int at = 0; at < whole.length; at++) {
            byte[] changed = whole.clone();
            changed[at] ^= 1;
            assertThat(new ClockNote(MemoryDisk.of(Map.of(ClockNote.NAME, changed))).believedMillis())
                    .as("byte %d", at)
                    .isEqualTo(Long.MAX_VALUE);
            byte[] cut = Arrays.copyOf(whole, at);
            assertThat(new ClockNote(MemoryDisk.of(Map.of(ClockNote.NAME, cut))).believedMillis())
                    .as("cut at %d", at)
                    .isEqualTo(Long.MAX_VALUE);
        }
    }
}
