package dev.plinth.engine.internal.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;

/**
 * A disk that knows what is durable: {@link #crash} gives the disk that a power cut could leave, and {@link #failAt} makes one
 * operation fail.
 */
final class MemoryDisk implements Disk {
    private static final int SECTOR = 512;

    private final TreeMap<String, MemoryFile> names = new TreeMap<>();
    private TreeMap<String, MemoryFile> durableNames = new TreeMap<>();
    private final List<TreeMap<String, MemoryFile>> unsyncedNames = new ArrayList<>();
    private long operations;
    private long failAt = Long.MAX_VALUE;
    private Fault fault = Fault.ERROR;
    private volatile long bytesMax = Long.MAX_VALUE;

    /** How an operation fails. */
    enum Fault {
        ERROR,
        SHORT_WRITE
    }

    /** Makes the operation of this number, counted from the start, fail. */
    synchronized void failAt(long operation, Fault kind) {
        failAt = operation;
        fault = kind;
    }

    /** Makes the disk full at so many bytes. */
    void limit(long bytes) {
        bytesMax = bytes;
    }

    synchronized long operations() {
        return operations;
    }

    /** What a power cut now could leave: unsynced writes are there, torn or lost in any combination, and names up to a point. */
    synchronized MemoryDisk crash(Random random) {
        TreeMap<String, MemoryFile> left = durableNames;
        if (!unsyncedNames.isEmpty() && random.nextBoolean()) {
            left = unsyncedNames.get(random.nextInt(unsyncedNames.size()));
        }
        MemoryDisk after = new MemoryDisk();
        left.forEach((name, file) -> after.names.put(name, file.crashed(after, random)));
        after.durableNames = new TreeMap<>(after.names);
        return after;
    }

    /** What the death of the process leaves: everything. */
    synchronized MemoryDisk copy() {
        MemoryDisk after = new MemoryDisk();
        names.forEach((name, file) -> after.names.put(name, new MemoryFile(after, file.bytes.clone())));
        after.durableNames = new TreeMap<>(after.names);
        return after;
    }

    /** What the death of the process leaves of a disk that a power cut may still follow: what was not durable is not. */
    synchronized MemoryDisk killed() {
        MemoryDisk after = copy();
        names.forEach((name, file) -> {
            MemoryFile left = after.names.get(name);
            left.synced = file.synced.clone();
            left.unsynced.addAll(file.unsynced);
        });
        return after;
    }

    synchronized byte[] bytes(String name) {
        return names.get(name).bytes;
    }

    synchronized void put(String name, byte[] bytes) {
        names.put(name, new MemoryFile(this, bytes));
    }

    @Override
    public synchronized List<String> names() throws IOException {
        step();
        return new ArrayList<>(names.keySet());
    }

    @Override
    public synchronized File create(String name) throws IOException {
        step();
        if (names.containsKey(name)) {
            throw new IOException("there already: " + name);
        }
        MemoryFile file = new MemoryFile(this, new byte[0]);
        names.put(name, file);
        unsyncedNames.add(new TreeMap<>(names));
        return file;
    }

    @Override
    public synchronized File open(String name) throws IOException {
        step();
        MemoryFile file = names.get(name);
        if (file == null) {
            throw new IOException("not there: " + name);
        }
        return file;
    }

    @Override
    public synchronized void rename(String from, String to) throws IOException {
        step();
        MemoryFile file = names.remove(from);
        if (file == null) {
            throw new IOException("not there: " + from);
        }
        names.put(to, file);
        unsyncedNames.add(new TreeMap<>(names));
    }

    @Override
    public synchronized void delete(String name) throws IOException {
        step();
        if (names.remove(name) != null) {
            unsyncedNames.add(new TreeMap<>(names));
        }
    }

    @Override
    public synchronized void syncNames() throws IOException {
        step();
        durableNames = new TreeMap<>(names);
        unsyncedNames.clear();
    }

    @Override
    public void close() {}

    private long used() {
        return names.values().stream().mapToLong(file -> file.bytes.length).sum();
    }

    private void step() throws IOException {
        if (++operations == failAt) {
            throw new IOException("Input/output error");
        }
    }

    private static final class MemoryFile implements File {
        private final MemoryDisk disk;
        private byte[] bytes;
        private byte[] synced;
        private final List<Written> unsynced = new ArrayList<>();

        MemoryFile(MemoryDisk disk, byte[] bytes) {
            this.disk = disk;
            this.bytes = bytes;
            this.synced = bytes.clone();
        }

        @Override
        public long size() throws IOException {
            synchronized (disk) {
                disk.step();
                return bytes.length;
            }
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            synchronized (disk) {
                disk.step();
                int count = (int) Math.max(0, Math.min(target.remaining(), bytes.length - position));
                target.put(bytes, (int) position, count);
                return count;
            }
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            synchronized (disk) {
                byte[] data = new byte[source.remaining()];
                source.get(data);
                if (disk.used() + Math.max(0, position + data.length - bytes.length) > disk.bytesMax) {
                    throw new IOException("No space left on device");
                }
                boolean fails = ++disk.operations == disk.failAt;
                if (fails && disk.fault == Fault.SHORT_WRITE) {
                    data = Arrays.copyOf(data, data.length / 2);
                }
                if (!fails || disk.fault == Fault.SHORT_WRITE) {
                    bytes = with(bytes, data, (int) position);
                    unsynced.add(new Written((int) position, data));
                }
                if (fails) {
                    throw new IOException("No space left on device");
                }
            }
        }

        @Override
        public void sync() throws IOException {
            synchronized (disk) {
                disk.step();
                synced = bytes.clone();
                unsynced.clear();
            }
        }

        @Override
        public void close() {}

        MemoryFile crashed(MemoryDisk after, Random random) {
            byte[] left = synced.clone();
            for (Written written : unsynced) {
                for (int at = 0; at < written.data.length; at += SECTOR) {
                    if (random.nextInt(3) > 0) {
                        int to = Math.min(written.data.length, at + SECTOR);
                        left = with(left, Arrays.copyOfRange(written.data, at, to), written.position + at);
                    }
                }
            }
            return new MemoryFile(after, left);
        }

        private static byte[] with(byte[] old, byte[] data, int position) {
            byte[] all = Arrays.copyOf(old, Math.max(old.length, position + data.length));
            System.arraycopy(data, 0, all, position, data.length);
            return all;
        }
    }

    private record Written(int position, byte[] data) {}
}
