package dev.plinth.engine.internal.store.tool;

import dev.plinth.engine.internal.store.log.Segment;
import dev.plinth.engine.internal.store.log.Snapshot;
import dev.plinth.engine.internal.store.log.StoreNames;
import dev.plinth.engine.internal.store.log.disk.Disk;
import dev.plinth.engine.internal.store.log.disk.ForwardingFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The snapshots and segments of a store at one moment, held open. A running engine may delete them, and they can still
 * be read. Its writes at the end of the last segment are visible. Nothing is changed.
 */
final class HeldFiles implements ReadOnlyDisk {
    private static final int TRIES_MAX = 10;

    private final Disk disk;
    private final Map<String, File> files;

    private HeldFiles(Disk disk, Map<String, File> files) {
        this.disk = disk;
        this.files = files;
    }

    /** Opens all present files, and tries again while they change. Closing also closes the disk. */
    static HeldFiles of(Disk disk) throws IOException {
        for (int tries = 1; ; tries++) {
            // Segments are listed after snapshots, because the segments of a snapshot exist before its name does.
            List<Long> snapshots = StoreNames.of(disk).snapshots();
            List<Long> segments = StoreNames.of(disk).segments();
            HeldFiles held = new HeldFiles(disk, new TreeMap<>());
            boolean all = held.hold(names(snapshots, segments));
            if (all && isDense(segments) || tries == TRIES_MAX) {
                return held;
            }
            held.closeFiles();
        }
    }

    StoreNames storeNames() {
        return StoreNames.of(files.keySet());
    }

    /** Returns false, because an engine may be writing to the files. */
    @Override
    public boolean isOurs() {
        return false;
    }

    /** Returns the present names, including newer ones. */
    @Override
    public List<String> names() throws IOException {
        return disk.names();
    }

    @Override
    public File open(String name) throws IOException {
        File file = files.get(name);
        return file == null ? disk.open(name) : new Borrowed(file);
    }

    @Override
    public String boot() {
        return disk.boot();
    }

    @Override
    public void close() {
        try {
            closeFiles();
        } catch (IOException e) {
            throw new IllegalStateException(
                    "Expected to close files that were only read, but could not: " + e.getMessage(), e);
        } finally {
            disk.close();
        }
    }

    /** Opens files. Returns false if one of them does not exist any more. */
    private boolean hold(List<String> names) throws IOException {
        for (String name : names) {
            try {
                files.put(name, disk.open(name));
            } catch (IOException e) {
                if (disk.names().contains(name)) {
                    closeFiles();
                    throw e;
                }
                return false;
            }
        }
        return true;
    }

    private void closeFiles() throws IOException {
        for (File file : files.values()) {
            file.close();
        }
        files.clear();
    }

    private static List<String> names(List<Long> snapshots, List<Long> segments) {
        List<String> names = new ArrayList<>();
        for (long sequence : snapshots) {
            names.add(Snapshot.name(sequence));
        }
        for (long number : segments) {
            names.add(Segment.name(number));
        }
        return names;
    }

    /** Returns true if there are no holes, which a list may have that was made while segments came and went. */
    private static boolean isDense(List<Long> segments) {
        return segments.isEmpty() || segments.get(segments.size() - 1) - segments.get(0) == segments.size() - 1;
    }

    /** A file that stays open for the next reader. */
    private static final class Borrowed extends ForwardingFile {
        Borrowed(File file) {
            super(file);
        }

        @Override
        public void close() {}
    }
}
