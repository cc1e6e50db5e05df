package dev.plinth.engine.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.Record;
import dev.plinth.engine.internal.store.log.FileJournal;
import dev.plinth.engine.internal.store.log.Journal;
import dev.plinth.engine.internal.store.log.LogBatches;
import dev.plinth.engine.internal.store.log.LogPosition;
import dev.plinth.engine.internal.store.log.MemoryDisk;
import dev.plinth.engine.internal.store.log.RecordCodec;
import dev.plinth.engine.internal.store.memory.StoreTables;
import dev.plinth.engine.internal.store.tool.Verified;
import dev.plinth.engine.log.Batch;
import dev.plinth.engine.log.Fate;
import dev.plinth.engine.log.Node;
import dev.plinth.engine.log.Reign;
import dev.plinth.engine.settings.Durability;
import dev.plinth.engine.settings.Tables;
import dev.plinth.engine.testkit.SharedMemoryLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Plants a whole record of another log or of an older epoch as the third one, and reads it by way of a directory and by
 * way of a shared log.
 */
class ForgedRecordTest {
    private static final long EPOCH = 1;
    private static final int FORGED = 3;

    /** Records that do not fit at their place, although their bytes are whole. */
    private enum Forgery {
        OF_ANOTHER_CELL(7, EPOCH, "it is of cell 7 and not of cell 0"),
        OF_AN_OLDER_EPOCH(0, EPOCH - 1, "it is of epoch 0, and epoch 1 has begun");

        private final int cell;
        private final long epoch;
        private final String why;

        Forgery(int cell, long epoch, String why) {
            this.cell = cell;
            this.epoch = epoch;
            this.why = why;
        }

        private Record record() {
            return ForgedRecordTest.record(cell, epoch, FORGED);
        }
    }

    @ParameterizedTest
    @EnumSource
    void directory_withAForgedRecord_isRefusedAndVerificationNamesThePlace(Forgery forgery) throws IOException {
        MemoryDisk disk = new MemoryDisk();
        FileJournal journal = JournalFault.file(disk, Durability.FSYNC);
        journal.start(new Ignoring());
        for (Record record : List.of(record(0, EPOCH, 1), record(0, EPOCH, 2), forgery.record())) {
            journal.prepare(record);
            journal.append(record);
        }
        journal.flush(true);
        journal.close();

        assertThatThrownBy(() -> Recovery.run(disk, TestRows.settings(Tables.HEAP), null))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("record 3 in ")
                .hasMessageContaining("does not fit: " + forgery.why + "; nothing was changed");
        assertThat(Verified.damagesOf(disk, List.of(TestRows.TABLE)))
                .singleElement()
                .satisfies(damage -> assertThat(damage).contains("record 3 in ", forgery.why));
    }

    @ParameterizedTest
    @EnumSource
    void log_withAForgedRecordInABatch_isRefusedWithThePlaceAndTheReignEnds(Forgery forgery) {
        SharedMemoryLog log = new SharedMemoryLog();
        Reign reign = log.reign(new Node("writer")).orElseThrow();
        byte[] first = RecordCodec.encode(record(0, EPOCH, 1), 0);
        byte[] second = RecordCodec.encode(record(0, EPOCH, 2), RecordCodec.crc(first));
        byte[] forged = RecordCodec.encode(forgery.record(), RecordCodec.crc(second));
        assertThat(log.append(reign, batch(1, List.of(first, second, forged)))).isEqualTo(Fate.DURABLE);
        log.resign(reign);

        try (NodeStore reader = JournalFault.node(log)) {
            assertThatThrownBy(() -> reader.reign(new Node("reader")))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(
                            "record 3 in batch 1 to 3 of epoch 1 of the log does not fit: " + forgery.why);
        }
        assertThat(log.leader()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void replay_ofAForgedBatch_skipsAndCountsAStaleOneAndStopsAtAnyOther(Forgery forgery) {
        byte[] first = RecordCodec.encode(record(0, EPOCH, 1), 0);
        byte[] second = RecordCodec.encode(record(0, EPOCH, 2), RecordCodec.crc(first));
        byte[] third = RecordCodec.encode(record(0, EPOCH, 3), RecordCodec.crc(second));
        byte[] forged = RecordCodec.encode(forgery.record(), RecordCodec.crc(second));
        try (StoreTables tables = new StoreTables(TestRows.settings(Tables.HEAP))) {
            BatchReplay replay =
                    new BatchReplay(tables, new RecordCodec(List.of(TestRows.TABLE)), LogPosition.atTheBeginning(0));
            replay.apply(batch(1, List.of(first, second)));

            if (forgery == Forgery.OF_AN_OLDER_EPOCH) {
                replay.apply(batch(3, List.of(forged)));
            } else {
                assertThatThrownBy(() -> replay.apply(batch(3, List.of(forged))))
                        .hasMessageContaining(forgery.why);
            }
            assertThat(replay.stale()).isEqualTo(forgery == Forgery.OF_AN_OLDER_EPOCH ? 1 : 0);
            assertThat(tables.lastSequence()).isEqualTo(2);

            replay.apply(batch(3, List.of(third)));
            assertThat(replay.last().sequence()).isEqualTo(3);
            assertThatThrownBy(() -> replay.apply(batch(3, List.of(third)))).hasMessageContaining("it is number 3");
        }
    }

    private static Record record(int cell, long epoch, long sequence) {
        List<Changes.Write> writes = List.of(new Changes.Write(TestRows.TABLE, TestRows.key(sequence), row(sequence)));
        return new Record(cell, epoch, sequence, sequence, sequence, writes);
    }

    private static byte[] row(long number) {
        byte[] row = new byte[40];
        ByteBuffer.wrap(row).putLong(9, number);
        return row;
    }

    private static Batch batch(long first, List<byte[]> records) {
        return LogBatches.of(EPOCH, first, records);
    }

    /** Hears of fates and does nothing. */
    private static final class Ignoring implements Journal.AppendListener {
        @Override
        public void durable(long sequence) {}

        @Override
        public void fenced(long sequence) {}

        @Override
        public void unknown(long sequence, boolean fenced) {}
    }
}
