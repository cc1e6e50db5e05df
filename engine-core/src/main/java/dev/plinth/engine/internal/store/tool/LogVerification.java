package dev.plinth.engine.internal.store.tool;

import dev.plinth.engine.internal.base.rows.Record;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.store.log.BatchAdmission;
import dev.plinth.engine.internal.store.log.CheckedSnapshot;
import dev.plinth.engine.internal.store.log.LogPosition;
import dev.plinth.engine.internal.store.log.RecordCodec;
import dev.plinth.engine.internal.store.log.Snapshot;
import dev.plinth.engine.internal.store.log.StoreDamageException;
import dev.plinth.engine.internal.store.log.StoreId;
import dev.plinth.engine.log.Batch;
import dev.plinth.engine.log.SharedLog;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Reads every snapshot of a shared log, and every durable batch behind the oldest whole one. It keeps a batch in memory
 * and changes nothing. Nodes may go on meanwhile.
 *
 * <p>Behind a batch that does not fit it goes on as if the batch were whole, so that each damage is named once.
 */
final class LogVerification {
    private static final int READ_BYTES_MAX = 4 * Batch.BYTES_MAX;
    private static final int DAMAGES_MAX = 20;
    private static final int TRIES = 3;

    /** Looks for the end of a snapshot, which a leader names as durable a moment after the snapshot was written. */
    private static final int LOOKS_MAX = 20;

    private final SharedLog log;
    private final List<TableName<?>> tables;
    private final RecordCodec codec;
    private final List<String> lines = new ArrayList<>();
    private final List<String> damages = new ArrayList<>();
    private final List<Snapshot.Loaded> unreached = new ArrayList<>();
    private LogPosition last;
    private long first;
    private long records;
    private long bytes;
    private long stale;

    private LogVerification(SharedLog log, List<TableName<?>> tables) {
        this.log = log;
        this.tables = tables;
        this.codec = new RecordCodec(tables);
        this.last = LogPosition.atTheBeginning(log.cell());
    }

    /**
     * The findings.
     *
     * @param lines the content, a line for each thing
     * @param damages the damages, a sentence without an end for each place
     * @param last the last durable record
     */
    record Found(List<String> lines, List<String> damages, long last) {}

    /**
     * Reads a log.
     *
     * @throws IOException if the log fails
     * @throws IllegalStateException if a part of it is of another version
     */
    static Found of(SharedLog log, List<TableName<?>> tables) throws IOException {
        for (int i = 1; ; i++) {
            List<Long> before = log.snapshots().positions();
            // A node that has written a snapshot meanwhile has deleted another one and truncated the log.
            try {
                Found found = new LogVerification(log, tables).read(before);
                if (found.damages.isEmpty()
                        || i == TRIES
                        || before.equals(log.snapshots().positions())) {
                    return found;
                }
            } catch (IOException e) {
                if (i == TRIES || before.equals(log.snapshots().positions())) {
                    throw e;
                }
            }
        }
    }

    private Found read(List<Long> positions) throws IOException {
        Snapshot.Loaded oldest = null;
        for (long position : positions) {
            Snapshot.Loaded loaded = snapshot(position);
            oldest = loaded == null ? oldest : loaded;
        }
        if (oldest != null) {
            Snapshot.Start start = oldest.start();
            last = new LogPosition(log.cell(), start.epoch(), start.sequence(), start.crc());
        }
        pass(last);
        batches();
        for (Snapshot.Loaded left : unreached) {
            damages.add("the snapshot at record " + left.start().sequence() + " needs the log up to record "
                    + left.endSequence() + ", which ends at record " + last.sequence());
        }
        if (stale > 0) {
            lines.add("skipped: " + stale + " batches that an earlier reign has appended too late");
        }
        lines.add(
                0,
                "epoch " + last.epoch() + ", " + records + " records in the log"
                        + (records == 0 ? "" : " (" + first + " to " + last.sequence() + ")") + ", " + bytes
                        + " bytes");
        return new Found(List.copyOf(lines), List.copyOf(damages), last.sequence());
    }

    private Snapshot.@Nullable Loaded snapshot(long position) throws IOException {
        UUID id = log.id();
        CheckedSnapshot checked = CheckedSnapshot.of(
                log.snapshots().open(position),
                position,
                tables,
                new StoreId(id.getMostSignificantBits(), id.getLeastSignificantBits()));
        Snapshot.Loaded loaded = checked.loaded();
        if (loaded == null) {
            damages.add(checked.damage());
            lines.add("snapshot at record " + position + ": damaged");
            return null;
        }
        unreached.add(loaded);
        lines.add("snapshot at record " + position + ": " + loaded.rows() + " rows, with the log at least up to record "
                + loaded.endSequence());
        return loaded;
    }

    private void batches() throws IOException {
        List<Batch> some = log.follow(last.sequence(), READ_BYTES_MAX);
        for (int looks = 1; some.isEmpty() && !unreached.isEmpty() && looks < LOOKS_MAX; looks++) {
            some = log.follow(last.sequence(), READ_BYTES_MAX);
        }
        while (!some.isEmpty() && damages.size() < DAMAGES_MAX) {
            long before = last.sequence();
            for (Batch batch : some) {
                batch(batch);
            }
            if (last.sequence() == before) {
                return; // nothing but batches that came too late
            }
            some = log.follow(last.sequence(), READ_BYTES_MAX);
        }
    }

    private void batch(Batch batch) {
        try {
            BatchAdmission admission = BatchAdmission.of(last, batch);
            if (admission.isStale()) {
                stale++;
                return;
            }
            for (byte[] record : admission.records()) {
                Record unused = codec.decode(record);
            }
            compareWithRow(batch, admission.end());
            count(batch);
            admission.records().forEach(record -> pass(last.behind(record)));
        } catch (StoreDamageException damage) {
            damages.add(damage.what());
            count(batch);
            pass(new LogPosition(log.cell(), Math.max(last.epoch(), batch.epoch()), batch.last(), batch.crc()));
        }
    }

    private void count(Batch batch) {
        first = first == 0 ? batch.first() : first;
        records += batch.last() - batch.first() + 1;
        bytes += batch.frame().length;
    }

    /** Compares what the log says of a batch with its records, by which alone the engine goes. */
    private void compareWithRow(Batch batch, LogPosition end) {
        if (batch.epoch() != end.epoch() || batch.crc() != end.crc() || batch.crcBefore() != last.crc()) {
            damages.add(batch + " of the log has records of epoch " + end.epoch()
                    + ", and its row has another epoch or checksum than they");
        }
    }

    /** Goes on to a position, and compares it with the snapshots that begin or end there. */
    private void pass(LogPosition next) {
        last = next;
        for (Snapshot.Loaded snapshot : List.copyOf(unreached)) {
            Snapshot.Start start = snapshot.start();
            if (start.sequence() == next.sequence() && start.crc() != next.crc()) {
                damages.add("the snapshot at record " + start.sequence()
                        + " has another checksum of that record than the log");
            }
            if (snapshot.endSequence() <= next.sequence() && start.sequence() <= next.sequence()) {
                unreached.remove(snapshot);
            }
        }
    }
}
