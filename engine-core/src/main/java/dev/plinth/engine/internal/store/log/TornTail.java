package dev.plinth.engine.internal.store.log;

import dev.plinth.engine.internal.base.Log;
import dev.plinth.engine.internal.store.log.disk.Disk;
import dev.plinth.engine.internal.store.log.disk.FileCopy;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The bytes after the last whole frame of a journal. The death of a process leaves one incomplete frame there, and
 * nothing acknowledged is in it. If there are whole frames behind, or more bytes than a frame, it is what a power cut
 * leaves at durability OS, or damage. Nothing tells which, so the segment is copied before anything in it is zeroed.
 *
 * @param segment the last segment's name
 * @param from where it begins
 * @param to where it ends
 * @param kept the last record before it
 * @param lastBehind the last record of a whole frame in it; 0 if there is none
 */
public record TornTail(String segment, long from, long to, long kept, long lastBehind) {
    private static final System.Logger LOG = Log.of(TornTail.class);

    /**
     * Returns the torn tail of a journal. Returns null if it has none, or if an engine has since finished what looked
     * like one.
     */
    public static @Nullable TornTail of(Disk disk, JournalReader.Tail tail) throws IOException {
        if (tail.tornTo() <= tail.tornFrom()) {
            return null;
        }
        String segment = Segment.name(tail.segmentNumber());
        try (Disk.File file = disk.open(segment)) {
            SegmentWindow segmentWindow = new SegmentWindow(file);
            if (segmentWindow.frame(tail.tornFrom()) != null) {
                return null;
            }
            long behind = JournalReader.lastWhole(segmentWindow, tail.tornFrom(), tail.tornTo(), tail.sequence() + 1);
            return new TornTail(segment, tail.tornFrom(), tail.tornTo(), tail.sequence(), behind);
        }
    }

    /**
     * Returns true if it may be a write that the death of its process cut off: the beginning of the next frame, and
     * zeros.
     */
    boolean isCutWrite(Disk disk) throws IOException {
        if (lastBehind > kept) {
            return false;
        }
        try (Disk.File file = disk.open(segment)) {
            SegmentWindow segmentWindow = new SegmentWindow(file);
            long end = segmentWindow.writtenEnd(from);
            if (segmentWindow.frame(from) != null || end <= from + Frame.HEADER_BYTES) {
                return true;
            }
            ByteBuffer head = segmentWindow.at(from, Frame.HEADER_BYTES);
            return Frame.mayBegin(head, kept + 1, segmentWindow.size() - from)
                    && head.getLong(8) == kept + 1
                    && from + head.getInt(0) > end
                    && !segmentWindow.isWholeButForItsLength(from, end);
        }
    }

    /** Returns true if acknowledged records may be in it. */
    public boolean mayHoldMore() {
        return lastBehind > kept || to - from > Frame.BYTES_MAX;
    }

    /** Returns its description, as a part of a sentence. */
    public String what() {
        String bytes = "bytes " + from + " to " + to + " of " + segment;
        if (!mayHoldMore()) {
            return bytes + " are no whole record; nothing acknowledged is in them";
        }
        String but = lastBehind > kept
                ? " begin with no whole record, but whole ones up to record " + lastBehind + " are behind"
                : " are no whole record, but more than one write to the journal";
        return bytes + but
                + "; at durability os a power cut leaves that, and damage too, and what was acknowledged behind"
                + " record " + kept + " may be in them";
    }

    /**
     * Copies the segment if more may be in it than the remains of a process, and logs it. A copy of an interrupted
     * start is not made again.
     *
     * @throws IllegalStateException if it cannot be copied; nothing is changed then
     */
    public void putAside(Disk disk) throws IOException {
        if (!mayHoldMore()) {
            return;
        }
        String aside = "lost-" + (kept + 1);
        String there = copyThere(disk, aside);
        String directory = there == null ? copy(disk, aside) : there;
        LOG.log(
                System.Logger.Level.WARNING,
                "The journal is cut off after record " + kept + ": " + what() + ". A copy of " + segment
                        + " as it was is in " + directory + ".");
    }

    private @Nullable String copyThere(Disk disk, String aside) throws IOException {
        for (String name : disk.names()) {
            int slash = name.indexOf('/');
            String directory = slash < 0 ? name : name.substring(0, slash);
            if ((directory.equals(aside) || directory.startsWith(aside + "."))
                    && FileCopy.holds(disk, directory + "/" + segment, segment, from, to)) {
                return directory;
            }
        }
        return null;
    }

    /** Copies under the name of a spare first, which every start deletes, so that no half of a copy is left. */
    private String copy(Disk disk, String aside) throws IOException {
        String spare = disk.own(Segment.SPARE);
        try {
            FileCopy.copy(disk, segment, disk, spare);
            String directory = disk.makeNewDirectory(aside);
            disk.rename(spare, directory + "/" + segment);
            disk.syncNames();
            return directory;
        } catch (IOException e) {
            disk.abandon(spare, e);
            throw new IllegalStateException(
                    "Expected to copy " + segment + " before bytes " + from + " to " + to
                            + " are zeroed, but the disk failed: " + e.getMessage()
                            + "; free some space and start again.",
                    e);
        }
    }
}
