package dev.plinth.engine.internal.store.tool;

import dev.plinth.engine.api.StoreReport;
import dev.plinth.engine.internal.base.Deadline;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.StoreSettings;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.store.NodeStore;
import dev.plinth.engine.internal.store.RowsCopy;
import dev.plinth.engine.internal.store.log.DirectoryDisk;
import dev.plinth.engine.internal.store.log.StoreDamageException;
import dev.plinth.engine.internal.store.log.disk.Disk;
import dev.plinth.engine.log.Leader;
import dev.plinth.engine.log.Node;
import dev.plinth.engine.log.Reign;
import dev.plinth.engine.log.SharedLog;
import dev.plinth.engine.settings.EngineClock;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * An operator's tools for a shared log: verify it, import a directory into an empty one, export one into a directory.
 * Each throws {@code IllegalStateException} with one sentence if it cannot run.
 */
public final class LogCopies {
    /** How long a leader may be the remains of an import that was cut short. */
    private static final long REMAINS_MILLIS = 3_000;

    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private LogCopies() {}

    /** Reads all snapshots and durable batches, which nodes may use meanwhile, and reports content and damage. */
    public static StoreReport verify(SharedLog log, List<TableName<?>> tables) {
        try {
            LogVerification.Found found = LogVerification.of(log, tables);
            List<String> lines = new ArrayList<>(found.lines());
            found.damages().forEach(damage -> lines.add("damaged: " + damage));
            lines.add(
                    found.damages().isEmpty()
                            ? "whole: all records up to " + found.last()
                            : "a node that reads what is damaged stops there and does not lead; restore a backup of the"
                                    + " log");
            return new StoreReport(found.damages().isEmpty(), lines);
        } catch (IOException e) {
            throw new IllegalStateException(
                    "Expected to read the log, but it failed: " + e.getMessage() + "; check the log.", e);
        }
    }

    /**
     * Writes all rows of a directory as the first snapshot of an empty log. It is there afterwards, or nothing of it.
     *
     * @param check looks at the rows first, and throws to refuse them
     */
    public static StoreReport importDirectory(
            SharedLog log, Path directory, StoreSettings settings, Consumer<Rows> check) {
        StoreTools.checkIsStore(directory);
        try (DirectoryDisk disk = DirectoryDisk.open(directory);
                RowsCopy rows = RowsCopy.ofDirectory(disk, settings)) {
            if (rows.sequence() == 0) {
                throw new IllegalStateException("Expected a directory with records, but " + directory
                        + " has none; start nodes on the empty log instead.");
            }
            check.accept(rows.rows());
            write(log, rows);
            return new StoreReport(
                    true,
                    List.of(
                            "imported: all records up to " + rows.sequence() + " of " + directory + ", as a snapshot",
                            "never start an engine on " + directory
                                    + " again, because its records and those of the log would diverge"));
        } catch (StoreDamageException damage) {
            throw new IllegalStateException(
                    "Expected a store without damage, but " + damage.what()
                            + "; nothing was imported. Run plinth.jar verify " + directory + " to see what is whole.",
                    damage);
        } catch (IOException e) {
            throw new IllegalStateException(
                    "Expected to import " + directory + ", but it failed: " + e.getMessage()
                            + "; look at the log with plinth.jar log verify, and repeat it if the log is empty.",
                    e);
        }
    }

    private static void write(SharedLog log, RowsCopy rows) throws IOException {
        Reign reign = reign(log);
        try {
            if (!log.read(reign, 0, 1).isEmpty() || !log.snapshots().positions().isEmpty()) {
                throw new IllegalStateException(
                        "Expected an empty log, but it has records; nothing was imported." + " Name another cell.");
            }
            log.importSnapshot(reign, rows.sequence(), out -> rows.writeTo(new BeatingStream(out, log, reign), log));
        } finally {
            log.resign(reign);
        }
    }

    /** Keeps all nodes out. */
    private static Reign reign(SharedLog log) throws IOException {
        Node me = new Node("import-" + NodeStore.randomId());
        Deadline deadline = Deadline.inMillis(REMAINS_MILLIS);
        Optional<Reign> reign = log.reign(me);
        while (reign.isEmpty() && deadline.millisLeft() > 0) {
            LockSupport.parkNanos(LOOK_NANOS);
            reign = log.reign(me);
        }
        if (reign.isEmpty()) {
            String leader = log.leader().map(Leader::node).map(Node::id).orElse("another one");
            throw new IllegalStateException("Expected a log without nodes, but node " + leader
                    + " leads; nothing was imported. Stop all nodes, or name another cell.");
        }
        return reign.get();
    }

    /**
     * Writes all durable rows of a log into a new directory, with the file of the key. Nodes may go on meanwhile.
     *
     * @param check looks at the rows first, and throws to refuse them
     * @param keyFile the file of the key that encrypts secrets
     * @param keyName its name in the directory
     */
    public static StoreReport exportTo(
            SharedLog log,
            Path target,
            StoreSettings settings,
            EngineClock clock,
            Consumer<Rows> check,
            Path keyFile,
            String keyName) {
        BackupTarget copy = BackupTarget.at(target);
        try (RowsCopy rows = RowsCopy.ofLog(log, settings, clock)) {
            check.accept(rows.rows());
            try (DirectoryDisk to = copy.open(List.of(keyName))) {
                writeKey(to, keyFile, keyName);
                rows.writeTo(to);
                copy.publish();
            }
            return new StoreReport(
                    true,
                    List.of(
                            "exported: all records up to " + rows.sequence() + " to " + target + ", with " + keyName,
                            "start an engine on it with serve --data " + target
                                    + " once all nodes of the log have stopped"));
        } catch (IOException e) {
            throw new IllegalStateException(
                    "Expected to export the log to " + target + ", but it failed: " + e.getMessage()
                            + "; check the log, and the room on the target.",
                    e);
        }
    }

    private static void writeKey(Disk to, Path keyFile, String keyName) throws IOException {
        try (Disk.File file = to.create(keyName)) {
            file.write(ByteBuffer.wrap(Files.readAllBytes(keyFile)), 0);
            file.sync();
        }
        to.syncNames();
    }

    /** Keeps a lease while bytes are written. */
    private static final class BeatingStream extends FilterOutputStream {
        private final SharedLog log;
        private final Reign reign;
        private Deadline beats;

        BeatingStream(OutputStream out, SharedLog log, Reign reign) {
            super(out);
            this.log = log;
            this.reign = reign;
            this.beats = Deadline.inMillis(0);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            if (beats.millisLeft() == 0) {
                if (!log.beat(reign, 0)) {
                    throw new IOException("another node has begun to lead");
                }
                beats = Deadline.inMillis(reign.beat().toMillis());
            }
            out.write(bytes, offset, length);
        }
    }
}
