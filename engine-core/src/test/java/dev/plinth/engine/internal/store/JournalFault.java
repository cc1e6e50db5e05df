package dev.plinth.engine.internal.store;

import dev.plinth.engine.Patience;
import dev.plinth.engine.internal.base.FatalErrors;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.store.log.FileJournal;
import dev.plinth.engine.internal.store.log.ForwardingDisk;
import dev.plinth.engine.internal.store.log.Frame;
import dev.plinth.engine.internal.store.log.JournalEnd;
import dev.plinth.engine.internal.store.log.LogJournal;
import dev.plinth.engine.internal.store.log.LogPosition;
import dev.plinth.engine.internal.store.log.MemoryDisk;
import dev.plinth.engine.internal.store.log.Segment;
import dev.plinth.engine.internal.store.log.StoreId;
import dev.plinth.engine.internal.store.log.disk.Disk;
import dev.plinth.engine.internal.store.memory.StoreTables;
import dev.plinth.engine.log.Node;
import dev.plinth.engine.log.Reign;
import dev.plinth.engine.log.SharedLog;
import dev.plinth.engine.settings.Durability;
import dev.plinth.engine.settings.ManualClock;
import dev.plinth.engine.settings.Tables;
import dev.plinth.engine.testkit.SharedMemoryLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Ways in which a journal loses a record: by script, or because its disk or its shared log fails. */
enum JournalFault {
    FENCED(ScriptedJournal.Fate.FENCED, false),
    UNKNOWN_AND_APPLIED(ScriptedJournal.Fate.UNKNOWN_AND_APPLIED, true),
    UNKNOWN_AND_NOT_APPLIED(ScriptedJournal.Fate.UNKNOWN_AND_NOT_APPLIED, false),
    FILE_AND_WRITE_FAILS(null, false),
    FILE_AND_WRITE_FALLS_SHORT(null, false),
    FILE_AND_SYNC_FAILS(null, true),
    LOG_FENCED(SharedMemoryLog.AppendFault.FENCED, false),
    LOG_UNKNOWN_AND_APPLIED(SharedMemoryLog.AppendFault.UNKNOWN_AND_APPLIED, true),
    LOG_UNKNOWN_AND_NOT_APPLIED(SharedMemoryLog.AppendFault.UNKNOWN_AND_NOT_APPLIED, false);

    private static final int FIRST_SEQUENCE_AT = 8;

    private final @Nullable Enum<?> fate;
    private final boolean applied;

    JournalFault(@Nullable Enum<?> fate, boolean applied) {
        this.fate = fate;
        this.applied = applied;
    }

    /** A journal, and the state hash that whoever opens its log again finds. */
    record Journals(RecordingJournal journal, Supplier<byte[]> reopened) {}

    /** True if the log holds the fatal record. */
    boolean applied() {
        return applied;
    }

    ProblemCode code() {
        return this == FENCED || this == LOG_FENCED ? ProblemCode.SHUTTING_DOWN : ProblemCode.OUTCOME_UNKNOWN;
    }

    /** A journal that loses the record of this sequence, if it is the first of a flush. */
    Journals losing(long fatalSequence) {
        if (fate instanceof SharedMemoryLog.AppendFault fault) {
            SharedMemoryLog log = new SharedMemoryLog();
            log.failAppend((int) fatalSequence, fault);
            log.resolve(false);
            return new Journals(new RecordingJournal(onLog(log)), () -> stateHash(log));
        }
        if (fate instanceof ScriptedJournal.Fate scripted) {
            ScriptedJournal script = new ScriptedJournal(scripted, fatalSequence);
            return new Journals(
                    new RecordingJournal(script),
                    () -> RecordReplay.stateHash(Tables.HEAP, List.of(TestRows.TABLE), script.survived()));
        }
        MemoryDisk memory = new MemoryDisk();
        return new Journals(
                new RecordingJournal(file(new LosingDisk(memory, fatalSequence), Durability.FSYNC)),
                () -> stateHash(memory.killed()));
    }

    static FileJournal file(Disk disk, Durability durability) {
        try {
            return new FileJournal(
                    disk,
                    durability,
                    new JournalEnd(StoreId.random(), 0, 0, 0, 0, 0, false),
                    RandomDiskWrites.SEGMENT_BYTES);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** A journal of the first reign over a log. */
    static LogJournal onLog(SharedLog log) {
        try {
            Reign reign = log.reign(new Node("writer")).orElseThrow();
            return new LogJournal(log, reign, LogPosition.atTheBeginning(log.cell()));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** The state that the next reign finds. */
    static byte[] stateHash(SharedMemoryLog log) {
        try (NodeStore reader = node(log);
                Store store = nextReign(log, reader)) {
            return store.stateHash();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Takes over from a writer that may beat at this moment, which extends its lease. */
    private static Store nextReign(SharedMemoryLog log, NodeStore reader) throws IOException {
        AtomicReference<Store> won = new AtomicReference<>();
        Patience.until(() -> {
            log.expireLease();
            reader.reign(new Node("reader")).ifPresent(won::set);
            return won.get() != null;
        });
        return won.get();
    }

    /** The empty tables of a node. */
    static NodeStore node(SharedLog log) {
        return new NodeStore(
                TestRows.settings(Tables.HEAP),
                log,
                ManualClock.startingAt(Instant.parse("2026-01-01T00:00:00Z")),
                new FatalErrors(),
                NodeStore.BYTES_PER_SNAPSHOT);
    }

    /** The state that recovery finds. */
    static byte[] stateHash(Disk disk) {
        try (StoreTables tables =
                Recovery.run(disk, TestRows.settings(Tables.HEAP), null).tables()) {
            return tables.stateHash();
        }
    }

    /** Fails at the frame that starts with a record. */
    private final class LosingDisk extends ForwardingDisk {
        private final long fatalSequence;
        private boolean nextSyncFails;

        LosingDisk(Disk disk, long fatalSequence) {
            super(disk);
            this.fatalSequence = fatalSequence;
        }

        @Override
        public void write(String name, File file, ByteBuffer source, long position) throws IOException {
            boolean fatal = Segment.numberOf(name) > 0
                    && source.remaining() > Frame.HEADER_BYTES
                    && position >= Segment.HEADER_BYTES
                    && source.getLong(FIRST_SEQUENCE_AT) == fatalSequence;
            if (fatal && JournalFault.this != FILE_AND_SYNC_FAILS) {
                source.limit(JournalFault.this == FILE_AND_WRITE_FAILS ? 0 : source.limit() / 2);
            }
            file.write(source, position);
            if (fatal && JournalFault.this != FILE_AND_SYNC_FAILS) {
                throw new IOException("Input/output error");
            }
            // The next segment is made beside it: a write of zeros there is none of these.
            nextSyncFails = Segment.numberOf(name) > 0 ? fatal : nextSyncFails;
        }

        @Override
        public void sync(String name, File file) throws IOException {
            if (nextSyncFails && Segment.numberOf(name) > 0) {
                throw new IOException("Input/output error");
            }
            file.sync();
        }
    }
}
