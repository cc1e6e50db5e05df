package dev.plinth.engine.internal.store.log;

import dev.plinth.engine.internal.store.log.disk.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A disk that knows what is durable: {@link #failAt} makes one operation fail, {@link #killed} is what the death of the process
 * leaves, {@link #crash} what a power cut may leave.
 *
 * <p>Of each sector that was written and not synced a power cut leaves any of its versions since the last sync; of the changes of
 * names that were not synced none, all, the first ones, or any. What a failed sync did not write is never written by a later one.
 */
public final class MemoryDisk implements Disk {
    private static final int SECTOR = 512;

    private final TreeMap<String, MemoryFile> names = new TreeMap<>();
    private final TreeMap<String, MemoryFile> durableNames = new TreeMap<>();
    private final List<NameChange> unsyncedNames = new ArrayList<>();
    private final DiskFault.Countdown countdown = new DiskFault.Countdown();
    private @Nullable Consumer<DiskFault.Operation> watcher;
    private boolean failedOnSegment;
    private volatile long bytesMax = Long.MAX_VALUE;
    private int boot;

    /** A disk with these files, all durable. */
    public static MemoryDisk of(Map<String, byte[]> contents) {
        MemoryDisk disk = new MemoryDisk();
        contents.forEach((name, bytes) -> {
            MemoryFile file = disk.new MemoryFile(bytes.clone(), bytes.clone());
            disk.names.put(name, file);
            disk.durableNames.put(name, file);
        });
        return disk;
    }

    /** Makes the operation of this number fail, counted from now among those that such a fault can hit. */
    public synchronized void failAt(DiskFault fault, long number) {
        countdown.start(fault, number, false);
    }

    /** Makes every operation from now on fail that such a fault can hit, whichever thread does it. */
    public synchronized void failFromNowOn(DiskFault fault) {
        countdown.start(fault, 1, true);
    }

    /** The thread that met the fault; null if none has. */
    public synchronized @Nullable Thread failedOn() {
        return countdown.failedOn();
    }

    /** True if what failed was a write or a sync of a segment. */
    public synchronized boolean hasFailedOnSegment() {
        return failedOnSegment;
    }

    /** Runs something before each operation that could change the disk; the disk stands still meanwhile. */
    public synchronized void watch(@Nullable Consumer<DiskFault.Operation> beforeEach) {
        watcher = beforeEach;
    }

    /** Makes the disk full at so many bytes. */
    public void limit(long bytes) {
        bytesMax = bytes;
    }

    /** The contents of all files, as who reads them now sees them. */
    public synchronized Map<String, byte[]> contents() {
        Map<String, byte[]> contents = new TreeMap<>();
        names.forEach((name, file) -> contents.put(name, file.bytes.clone()));
        return contents;
    }

    /** The bytes of a file, to damage them. */
    public synchronized byte[] bytes(String name) {
        return names.get(name).bytes;
    }

    /** Returns what is there when all of it has become durable. */
    public MemoryDisk copy() {
        return of(contents());
    }

    /** Returns what the death of the process leaves: everything, durable or not. */
    public synchronized MemoryDisk killed() {
        MemoryDisk after = new MemoryDisk();
        after.boot = boot;
        Map<MemoryFile, MemoryFile> copies = new IdentityHashMap<>();
        names.forEach((name, file) -> after.names.put(name, file.copied(after, copies)));
        durableNames.forEach((name, file) -> after.durableNames.put(name, file.copied(after, copies)));
        for (NameChange change : unsyncedNames) {
            MemoryFile made = change.made == null ? null : change.made.copied(after, copies);
            after.unsyncedNames.add(new NameChange(change.from, change.to, made));
        }
        return after;
    }

    /** Returns what a power cut now may leave. */
    public synchronized MemoryDisk crash(Random random) {
        TreeMap<String, MemoryFile> left = new TreeMap<>(durableNames);
        int kept = random.nextInt(unsyncedNames.size() + 1);
        int how = random.nextInt(3);
        for (int i = 0; i < unsyncedNames.size(); i++) {
            if (how == 0 ? i < kept : how == 1 || random.nextBoolean()) {
                unsyncedNames.get(i).applyTo(left);
            }
        }
        MemoryDisk after = new MemoryDisk();
        after.boot = boot + 1;
        int odds = random.nextInt(4);
        left.forEach((name, file) -> after.names.put(name, file.crashed(after, random, odds)));
        after.durableNames.putAll(after.names);
        return after;
    }

    @Override
    public synchronized List<String> names() throws IOException {
        countdown.step(DiskFault.Operation.READ);
        return new ArrayList<>(names.keySet());
    }

    @Override
    public synchronized File create(String name) throws IOException {
        before(DiskFault.Operation.NAME);
        if (names.containsKey(name)) {
            throw new IOException("there already: " + name);
        }
        MemoryFile file = new MemoryFile(new byte[0], new byte[0]);
        change(new NameChange(null, name, file));
        return file;
    }

    @Override
    public synchronized File open(String name) throws IOException {
        countdown.step(DiskFault.Operation.READ);
        return existing(name);
    }

    @Override
    public synchronized void rename(String from, String to) throws IOException {
        before(DiskFault.Operation.NAME);
        change(new NameChange(from, to, existing(from)));
    }

    @Override
    public synchronized void renameNew(String from, String to) throws IOException {
        before(DiskFault.Operation.NAME);
        if (names.containsKey(to)) {
            throw new IOException("there already: " + to);
        }
        change(new NameChange(from, to, existing(from)));
    }

    /** The machine is started again, as a power cut does too. */
    public synchronized void reboot() {
        boot++;
    }

    @Override
    public synchronized String boot() {
        return "boot-" + boot;
    }

    @Override
    public synchronized void delete(String name) throws IOException {
        before(DiskFault.Operation.NAME);
        if (names.containsKey(name)) {
            change(new NameChange(name, null, null));
        }
    }

    /** Names with a slash are as good as any here. */
    @Override
    public synchronized void makeDirectory(String name) throws IOException {
        before(DiskFault.Operation.NAME);
    }

    @Override
    public synchronized void syncNames() throws IOException {
        before(DiskFault.Operation.SYNC_NAMES);
        durableNames.clear();
        durableNames.putAll(names);
        unsyncedNames.clear();
    }

    @Override
    public void close() {}

    private MemoryFile existing(String name) throws IOException {
        MemoryFile file = names.get(name);
        if (file == null) {
            throw new IOException("not there: " + name);
        }
        return file;
    }

    private void change(NameChange change) {
        change.applyTo(names);
        unsyncedNames.add(change);
    }

    private void before(DiskFault.Operation operation) throws IOException {
        look(operation);
        countdown.step(operation);
    }

    private void look(DiskFault.Operation operation) {
        if (watcher != null) {
            watcher.accept(operation);
        }
    }

    private long used() {
        long used = 0;
        for (MemoryFile file : names.values()) {
            used += file.bytes.length;
        }
        return used;
    }

    private static byte[] with(byte[] old, byte[] data, int from, int to, int position) {
        int start = position + from;
        byte[] all = start + to - from > old.length ? Arrays.copyOf(old, start + to - from) : old;
        System.arraycopy(data, from, all, start, to - from);
        return all;
    }

    /** Holds what readers see, what is durable, and the writes between the two. */
    private final class MemoryFile implements File {
        private byte[] bytes;
        private byte[] durable;
        private final List<Written> unsynced = new ArrayList<>();
        private final List<Written> givenUp = new ArrayList<>();

        MemoryFile(byte[] bytes, byte[] durable) {
            this.bytes = bytes;
            this.durable = durable;
        }

        @Override
        public long size() throws IOException {
            synchronized (MemoryDisk.this) {
                return bytes.length;
            }
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            synchronized (MemoryDisk.this) {
                countdown.step(DiskFault.Operation.READ);
                int count = (int) Math.max(0, Math.min(target.remaining(), bytes.length - position));
                target.put(bytes, (int) position, count);
                return count;
            }
        }

        private boolean isSegment() {
            return names.entrySet().stream()
                    .anyMatch(named -> named.getValue() == this && Segment.numberOf(named.getKey()) > 0);
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            synchronized (MemoryDisk.this) {
                look(DiskFault.Operation.WRITE);
                byte[] data = new byte[source.remaining()];
                source.get(data);
                if (used() + Math.max(0, position + data.length - bytes.length) > bytesMax) {
                    throw new IOException("No space left on device");
                }
                try {
                    countdown.step(DiskFault.Operation.WRITE);
                } catch (IOException e) {
                    failedOnSegment = isSegment();
                    if (countdown.fault() == DiskFault.SHORT_WRITE) {
                        take(Arrays.copyOf(data, data.length / 2), (int) position);
                    }
                    throw e;
                }
                take(data, (int) position);
            }
        }

        private void take(byte[] data, int position) {
            bytes = with(bytes, data, 0, data.length, position);
            unsynced.add(new Written(position, data));
        }

        @Override
        public void sync() throws IOException {
            synchronized (MemoryDisk.this) {
                look(DiskFault.Operation.SYNC);
                try {
                    countdown.step(DiskFault.Operation.SYNC);
                } catch (IOException e) {
                    failedOnSegment = isSegment();
                    givenUp.addAll(unsynced);
                    unsynced.clear();
                    throw e;
                }
                for (Written written : unsynced) {
                    durable = with(durable, written.data, 0, written.data.length, written.position);
                }
                unsynced.clear();
            }
        }

        @Override
        public void close() {}

        MemoryFile copied(MemoryDisk to, Map<MemoryFile, MemoryFile> copies) {
            MemoryFile copy = copies.get(this);
            if (copy == null) {
                copy = to.new MemoryFile(bytes.clone(), durable.clone());
                copy.unsynced.addAll(unsynced);
                copy.givenUp.addAll(givenUp);
                copies.put(this, copy);
            }
            return copy;
        }

        /** Each sector in one of its versions: the odds are 0 for the durable one, 3 for the last one, or even. */
        MemoryFile crashed(MemoryDisk to, Random random, int odds) {
            byte[] left = durable.clone();
            List<Written> pending = new ArrayList<>(givenUp);
            pending.addAll(unsynced);
            Map<Integer, Integer> versions = new TreeMap<>();
            for (int i = 0; i < pending.size(); i++) {
                Written written = pending.get(i);
                int at = 0;
                while (at < written.data.length) {
                    int sector = (written.position + at) / SECTOR;
                    int end = Math.min(written.data.length, (sector + 1) * SECTOR - written.position);
                    int version = versions.computeIfAbsent(sector, key -> random.nextInt(pending.size() + 1));
                    if (odds == 3 || odds != 0 && i < version) {
                        left = with(left, written.data, at, end, written.position);
                    }
                    at = end;
                }
            }
            return to.new MemoryFile(left, left.clone());
        }
    }

    private record Written(int position, byte[] data) {}

    /** A file made (no name before), renamed, or deleted (no name after). */
    private record NameChange(
            @Nullable String from,
            @Nullable String to,
            @Nullable MemoryFile made) {
        void applyTo(Map<String, MemoryFile> names) {
            MemoryFile file = from == null ? made : names.remove(from);
            if (to != null && file != null) {
                names.put(to, file);
            }
        }
    }
}
