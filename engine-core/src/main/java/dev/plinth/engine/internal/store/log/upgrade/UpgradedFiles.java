package dev.plinth.engine.internal.store.log.upgrade;

import dev.plinth.engine.internal.store.log.Frame;
import dev.plinth.engine.internal.store.log.Segment;
import dev.plinth.engine.internal.store.log.Snapshot;
import dev.plinth.engine.internal.store.log.StoreNames;
import dev.plinth.engine.internal.store.log.disk.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The change of a directory from its files of format 1 to those of this release. Each step leaves a directory that one
 * of the two releases opens with all rows.
 *
 * <table>
 *   <caption>Steps</caption>
 *   <tr><th>step</th><th>until then opens with</th></tr>
 *   <tr><td>the new snapshot is written as {@link #SNAPSHOT}, which both releases ignore</td><td>the old release</td></tr>
 *   <tr><td>the new segment gets its name, which decides</td><td>the old release</td></tr>
 *   <tr><td>the old files are moved into {@link #ASIDE}</td><td>this release</td></tr>
 *   <tr><td>the new snapshot gets its name</td><td>this release</td></tr>
 * </table>
 *
 * <p>From the second step on the old release calls the new segment damaged and changes nothing. An opening of this
 * release does the other steps first.
 */
public final class UpgradedFiles {
    public static final String SNAPSHOT = "upgraded-snapshot";
    public static final String ASIDE = "before-upgrade";

    private UpgradedFiles() {}

    /** Returns true if an upgrade has decided and was interrupted before its end. */
    public static boolean areDecided(Disk disk) throws IOException {
        return disk.names().contains(SNAPSHOT) && hasCurrentSegment(disk);
    }

    private static boolean hasCurrentSegment(Disk disk) throws IOException {
        for (long number : StoreNames.of(disk).segments()) {
            if (StoreFormat.isCurrentSegment(disk, Segment.name(number))) {
                return true;
            }
        }
        return false;
    }

    /**
     * Decides for the new files: makes a segment that begins behind the new snapshot and has an empty frame. The old
     * release takes a segment without a frame for one that was never begun.
     */
    public static void decide(Disk disk, Segment segment) throws IOException {
        ByteBuffer frame = Frame.masked(Frame.encodeTrailer(segment.firstSequence()), segment.store());
        int bytes = Segment.HEADER_BYTES + 2 * Frame.HEADER_BYTES;
        String spare = disk.own(Segment.SPARE);
        Segment.prepareSpare(disk, bytes);
        try (Disk.File file = disk.open(spare)) {
            file.write(segment.header(bytes), 0);
            file.write(frame, Segment.HEADER_BYTES);
            file.sync();
        }
        disk.renameNew(spare, Segment.name(segment.number()));
        disk.syncNames();
    }

    /** Deletes the unfinished files of upgrades that were interrupted or failed before they decided. */
    public static void discardUndecided(Disk disk) throws IOException {
        if (areDecided(disk)) {
            return;
        }
        for (String name : disk.names()) {
            if (isUnfinished(disk, name)) {
                disk.delete(name);
            }
        }
        disk.syncNames();
    }

    /** Returns false for the spare and the temporary snapshot of the old release, which have these names. */
    private static boolean isUnfinished(Disk disk, String name) {
        if (name.equals(SNAPSHOT)
                || name.equals(disk.own(Segment.SPARE))
                || name.equals(disk.own(Snapshot.TEMPORARY))) {
            return true;
        }
        boolean isOld = name.equals(Segment.SPARE) || name.equals(Snapshot.TEMPORARY);
        return !isOld && (Segment.isSpare(name) || Snapshot.isTemporary(name));
    }

    /** Returns the directories that have the old files, the first one first. An interrupted upgrade leaves several. */
    public static List<String> asides(Disk disk) throws IOException {
        SortedSet<String> directories = new TreeSet<>();
        for (String name : disk.names()) {
            if (name.startsWith(ASIDE)) {
                directories.add(name.split("/", 2)[0]);
            }
        }
        return List.copyOf(directories);
    }

    /** Ends an upgrade that has decided, if there is one. */
    public static void finish(Disk disk) throws IOException {
        if (!areDecided(disk)) {
            return;
        }
        List<String> old = oldFiles(disk);
        if (!old.isEmpty()) {
            String aside = disk.makeNewDirectory(ASIDE);
            for (String name : old) {
                disk.rename(name, aside + "/" + name);
                disk.syncNames();
            }
        }
        String name = Snapshot.name(Snapshot.sequenceIn(disk, SNAPSHOT));
        if (disk.names().contains(name)) {
            disk.delete(SNAPSHOT); // a renaming that was interrupted between the new name and the end of the old one
        } else {
            disk.renameNew(SNAPSHOT, name);
        }
        disk.syncNames();
    }

    private static List<String> oldFiles(Disk disk) throws IOException {
        StoreNames names = StoreNames.of(disk);
        List<String> old = new ArrayList<>();
        for (long sequence : names.snapshots()) {
            if (!StoreFormat.isCurrentSnapshot(disk, Snapshot.name(sequence))) {
                old.add(Snapshot.name(sequence));
            }
        }
        for (long number : names.segments()) {
            if (!StoreFormat.isCurrentSegment(disk, Segment.name(number))) {
                old.add(Segment.name(number));
            }
        }
        return old;
    }
}
