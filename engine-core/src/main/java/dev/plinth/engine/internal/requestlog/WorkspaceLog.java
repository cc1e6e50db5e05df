package dev.plinth.engine.internal.requestlog;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.rows.RowReader;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.list.Lists;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The last requests of one workspace. Its monitor is a leaf: its holder takes no other lock.
 *
 * <p>Entries are bytes in a ring of chunks. Each entry lives for a thousand requests; as objects, the entries would be
 * most of what a garbage collection copies. A busy log reuses its chunks, unless a reader has seen them.
 *
 * <p>Entries have numbers without gaps, because only the oldest is dropped. The first number comes from the time. So a
 * cursor of an earlier log, lost by a restart or for lack of room, does not fit its successor.
 */
final class WorkspaceLog {
    private static final int NUMBERS_PER_MILLISECOND_BITS = 12;
    private static final int CHUNK_BYTES = 8 * 1024;

    private final InternedTexts texts;
    private final Id workspace;
    private final ArrayDeque<Chunk> chunks = new ArrayDeque<>();

    /** A chunk to use next, so that a busy log allocates none. */
    private @Nullable Chunk spare;

    private long last;
    private int count;

    /** Places that the entries need. */
    private int used;

    /** Places that the log holds. */
    private int held;

    private boolean gone;

    /** The units that streams took behind their entries, by the id of the request. Of so many streams only. */
    private final Map<Id, Integer> laterUnits = new LinkedHashMap<>(0) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Id, Integer> eldest) {
            return size() > Limits.REQUEST_LOG_WORKSPACE_ENTRIES_MAX;
        }
    };

    WorkspaceLog(InternedTexts texts, Id workspace, long nowMillis) {
        this.texts = texts;
        this.workspace = workspace;
        this.last = nowMillis << NUMBERS_PER_MILLISECOND_BITS;
    }

    Id workspace() {
        return workspace;
    }

    /**
     * Adds an entry. It replaces the oldest one if the log is full.
     *
     * @return how many places the log needs beyond those that it holds. Its caller gives them, and they count as held.
     *     {@code -1} if the log takes no more entries
     */
    synchronized int add(EntryWriter writer) {
        if (gone) {
            return -1;
        }
        int bytes = writer.bytes();
        // Before anything is changed, so that the next request tries again if there is no memory for it.
        Chunk chunk = chunkFor(bytes);
        if (count == Limits.REQUEST_LOG_WORKSPACE_ENTRIES_MAX) {
            drop();
        }
        chunk.add(writer, bytes);
        last++;
        count++;
        used += places(bytes);
        int lacking = Math.max(0, used - held);
        held += lacking;
        return lacking;
    }

    /** Adds units to those of an entry that was added before. */
    synchronized void addUnits(Id request, int units) {
        if (!gone) {
            laterUnits.merge(request, units, Integer::sum);
        }
    }

    private static int places(int bytes) {
        return (bytes - 1) / Limits.REQUEST_LOG_PLACE_BYTES + 1;
    }

    private Chunk chunkFor(int bytes) {
        Chunk newest = chunks.peekLast();
        if (newest != null && newest.hasRoomFor(bytes)) {
            return newest;
        }
        Chunk next = spare;
        spare = null;
        if (next == null || next.bytes.length < RowReader.HEAD_BYTES + Chunk.LENGTH_BYTES + bytes) {
            // By the places held, so that a log of one entry keeps no chunk for many.
            int wanted = Math.min(Math.max(held / 4, 1) * Limits.REQUEST_LOG_PLACE_BYTES, CHUNK_BYTES);
            next = new Chunk(Math.max(wanted, RowReader.HEAD_BYTES + Chunk.LENGTH_BYTES + bytes));
        }
        next.begin(last + 1);
        chunks.add(next);
        return next;
    }

    private void drop() {
        Chunk oldest = chunks.element();
        used -= places(oldest.dropFirst());
        count--;
        if (last - count + 1 == oldest.first + oldest.count && oldest != chunks.peekLast()) {
            chunks.remove();
            spare = oldest.isSeen || oldest.bytes.length != CHUNK_BYTES ? null : oldest;
        }
    }

    /** Gives up a place, and the oldest entries that no longer fit. Returns true if no entry is left; none is added any more then. */
    synchronized boolean dropPlace() {
        if (gone) {
            return false;
        }
        held--;
        spare = null;
        while (used > held) {
            drop();
        }
        gone = count == 0;
        return gone;
    }

    /** Forgets all entries. Nothing is added any more. */
    synchronized void end() {
        gone = true;
        spare = null;
        chunks.clear();
        laterUnits.clear();
        count = 0;
    }

    /** Returns the bytes of memory that its entries take, with what is unused at the ends, for tests. */
    synchronized long memoryBytes() {
        Chunk reserve = spare;
        return chunks.stream().mapToLong(chunk -> chunk.bytes.length).sum()
                + (reserve == null ? 0 : reserve.bytes.length);
    }

    @Nullable
    LogEntry find(Id id) {
        Copy copy = items(RequestFilter.ALL);
        for (long number = copy.next(Long.MAX_VALUE); number != Rows.NONE; number = copy.next(number)) {
            if (copy.isAt(number, id)) {
                return copy.entry(number);
            }
        }
        return null;
    }

    /** Returns the entries as they are now. */
    synchronized Copy items(RequestFilter filter) {
        for (Chunk chunk : chunks) {
            chunk.isSeen = true;
        }
        return new Copy(texts, filter, chunks.toArray(Chunk[]::new), last, count, Map.copyOf(laterUnits));
    }

    /** Entries one after the other, each behind its length. What is written is never changed, so readers need no copy. */
    private static final class Chunk {
        private static final int LENGTH_BYTES = 3;

        private final byte[] bytes;
        private int end;

        /** The place of the oldest entry that was not dropped. */
        private int head;

        private long first;
        private int count;
        private boolean isSeen;

        Chunk(int length) {
            bytes = new byte[length];
        }

        void begin(long number) {
            first = number;
            count = 0;
            head = RowReader.HEAD_BYTES;
            end = RowReader.HEAD_BYTES;
        }

        boolean hasRoomFor(int more) {
            return end + LENGTH_BYTES + more <= bytes.length;
        }

        void add(EntryWriter writer, int length) {
            for (int i = 0; i < LENGTH_BYTES; i++) {
                bytes[end + i] = (byte) (length >>> Byte.SIZE * i);
            }
            writer.moveTo(bytes, end + LENGTH_BYTES);
            end += LENGTH_BYTES + length;
            count++;
        }

        /** Returns the bytes of the dropped entry. */
        int dropFirst() {
            int length = length(head);
            head += LENGTH_BYTES + length;
            return length;
        }

        int length(int position) {
            int length = 0;
            for (int i = 0; i < LENGTH_BYTES; i++) {
                length |= (bytes[position + i] & 0xFF) << Byte.SIZE * i;
            }
            return length;
        }
    }

    /** Entries by number, newest last. Not thread-safe. */
    static final class Copy implements Lists.Items {
        private final InternedTexts texts;
        private final RequestFilter filter;
        private final Chunk[] chunks;
        private final long last;
        private final int count;
        private final Map<Id, Integer> laterUnits;

        /** The index of the chunk that was read last, and the places of its entries. */
        private int at = -1;

        private int[] positions = {};

        private Copy(
                InternedTexts texts,
                RequestFilter filter,
                Chunk[] chunks,
                long last,
                int count,
                Map<Id, Integer> laterUnits) {
            this.laterUnits = laterUnits;
            this.texts = texts;
            this.filter = filter;
            this.chunks = chunks;
            this.last = last;
            this.count = count;
        }

        /** Returns the next entry. A single filter leaves out the others here, so that they do not count as examined. */
        @Override
        public long next(long edge) {
            long number = Math.min(edge - 1, last);
            boolean isSingle = !filter.equals(RequestFilter.ALL) && !filter.isCombined();
            while (isSingle && number > last - count && !filter.accepts(entry(number))) {
                number--;
            }
            return number > last - count ? number : Rows.NONE;
        }

        @Override
        public byte @Nullable [] item(long number) {
            LogEntry logEntry = entry(number);
            return filter.equals(RequestFilter.ALL) || filter.accepts(logEntry) ? logEntry.json() : null;
        }

        LogEntry entry(long number) {
            LogEntry entry = LogEntry.read(texts, chunkOf(number).bytes, position(number));
            return laterUnits.isEmpty() ? entry : entry.withMoreUnits(laterUnits.getOrDefault(entry.id(), 0));
        }

        boolean isAt(long number, Id id) {
            return Id.read(IdKind.REQUEST, chunkOf(number).bytes, position(number))
                    .equals(id);
        }

        private Chunk chunkOf(long number) {
            if (at < 0 || number < chunks[at].first || number >= chunks[at].first + positions.length) {
                at = at < 0 || number > chunks[at].first ? chunks.length - 1 : at;
                while (number < chunks[at].first) {
                    at--;
                }
                positions = positions(chunks[at], at + 1 < chunks.length ? chunks[at + 1].first : last + 1);
            }
            return chunks[at];
        }

        private int position(long number) {
            return positions[(int) (number - chunkOf(number).first)];
        }

        private static int[] positions(Chunk chunk, long end) {
            int[] positions = new int[(int) (end - chunk.first)];
            int position = RowReader.HEAD_BYTES;
            for (int i = 0; i < positions.length; i++) {
                positions[i] = position + Chunk.LENGTH_BYTES;
                position = positions[i] + chunk.length(position);
            }
            return positions;
        }
    }
}
