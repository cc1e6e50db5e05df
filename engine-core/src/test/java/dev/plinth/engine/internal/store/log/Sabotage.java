package dev.plinth.engine.internal.store.log;

import dev.plinth.engine.internal.store.log.disk.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Stores that are broken on purpose, by what stands between them and their disk: every one has to be found. */
public enum Sabotage implements Function<Disk, Disk> {
    SYNC_DOES_NOTHING(disk -> new ForwardingDisk(disk) {
        @Override
        public void sync(String name, File file) {
            // as told
        }
    }),
    SYNC_OF_NAMES_DOES_NOTHING(disk -> new ForwardingDisk(disk) {
        @Override
        public void syncNames() {
            // as told
        }
    }),
    ACKNOWLEDGES_BEFORE_THE_SYNC(disk -> new ForwardingDisk(disk) {
        private @Nullable File late;

        @Override
        public synchronized void sync(String name, File file) throws IOException {
            if (late != null) {
                late.sync();
            }
            late = file;
        }
    }),
    SYNC_IS_TRIED_AGAIN(disk -> new ForwardingDisk(disk) {
        @Override
        public void sync(String name, File file) throws IOException {
            try {
                file.sync();
            } catch (IOException e) {
                file.sync();
            }
        }
    }),
    WRITE_ERROR_IS_SWALLOWED(disk -> new ForwardingDisk(disk) {
        @Override
        public void write(String name, File file, ByteBuffer source, long position) {
            try {
                file.write(source, position);
            } catch (IOException swallowed) {
                source.position(source.limit());
            }
        }
    }),
    SHORT_WRITE_IS_NOT_REPORTED(disk -> new ForwardingDisk(disk) {
        private int writes;

        @Override
        public synchronized void write(String name, File file, ByteBuffer source, long position) throws IOException {
            if (isSegment(name) && ++writes % 40 == 0) {
                source.limit(source.limit() / 2);
            }
            file.write(source, position);
        }
    }),
    SPARE_IS_NOT_SYNCED(disk -> new ForwardingDisk(disk) {
        @Override
        public void sync(String name, File file) throws IOException {
            if (!name.equals(Segment.SPARE)) {
                file.sync();
            }
        }
    }),
    CHECKSUMS_ARE_NOT_CHECKED(disk -> new Believer(disk, false)),
    CHAIN_IS_NOT_CHECKED(disk -> new Believer(disk, true)),
    TORN_END_IS_LEFT(disk -> new ForwardingDisk(disk) {
        @Override
        public void write(String name, File file, ByteBuffer source, long position) throws IOException {
            if (!isSegment(name) || !isZero(source)) {
                file.write(source, position);
            }
        }
    }),
    SEGMENTS_GO_BEFORE_THE_SNAPSHOT_HAS_ITS_NAME(disk -> new ForwardingDisk(disk) {
        @Override
        public void rename(String from, String to) throws IOException {
            if (Snapshot.sequenceOf(to) >= 0) {
                String last = "";
                for (String name : names()) {
                    last = isSegment(name) && name.compareTo(last) > 0 ? name : last;
                }
                for (String name : names()) {
                    if (isSegment(name) && !name.equals(last)) {
                        delete(name);
                    }
                }
                syncNames();
            }
            super.rename(from, to);
        }
    }),
    SNAPSHOT_COMES_BEFORE_ITS_JOURNAL(disk -> new ForwardingDisk(disk) {
        @Override
        public void sync(String name, File file) throws IOException {
            if (!isSegment(name) || !Thread.currentThread().getName().equals("plinth-snapshots")) {
                file.sync();
            }
        }
    }),
    WHAT_WAS_READ_IS_NOT_SYNCED(disk -> new ForwardingDisk(disk) {
        private volatile boolean written;

        @Override
        public void write(String name, File file, ByteBuffer source, long position) throws IOException {
            written |= isSegment(name);
            file.write(source, position);
        }

        @Override
        public void sync(String name, File file) throws IOException {
            if (!isSegment(name) || written) {
                file.sync();
            }
        }
    });

    private final Function<Disk, Disk> broken;

    Sabotage(Function<Disk, Disk> broken) {
        this.broken = broken;
    }

    @Override
    public Disk apply(Disk disk) {
        return broken.apply(disk);
    }

    private static boolean isSegment(String name) {
        return Segment.numberOf(name) > 0;
    }

    private static boolean isZero(ByteBuffer source) {
        for (int at = source.position(); at < source.limit(); at++) {
            if (source.get(at) != 0) {
                return false;
            }
        }
        return true;
    }

    /** Shows segments with all checksums right, whatever is in them: what a recovery sees that does not check them. */
    private static final class Believer extends ForwardingDisk {
        private final boolean onlyTheChain;
        private long lastRead;
        private int crc;

        Believer(Disk disk, boolean onlyTheChain) {
            super(disk);
            this.onlyTheChain = onlyTheChain;
        }

        @Override
        public int read(String name, File file, ByteBuffer target, long position) throws IOException {
            int count = file.read(target, position);
            if (!isSegment(name) || count <= Segment.HEADER_BYTES) {
                return count;
            }
            byte[] bytes = new byte[count];
            target.get(0, bytes);
            Segment header = Segment.readHeader(ByteBuffer.wrap(bytes), name, count);
            boolean checked = onlyTheChain && !SegmentBytes.isWhole(bytes);
            if (header != null && !checked) {
                int before = header.number() == lastRead + 1 ? crc : header.crcBefore();
                Segment believed =
                        new Segment(header.store(), header.epoch(), header.number(), header.firstSequence(), before);
                believed.header(count).get(bytes, 0, Segment.HEADER_BYTES);
                crc = SegmentBytes.chain(bytes, before);
                target.put(0, bytes);
                lastRead = header.number();
            }
            return count;
        }
    }
}
