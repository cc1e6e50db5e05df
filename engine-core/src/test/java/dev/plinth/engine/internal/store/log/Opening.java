package dev.plinth.engine.internal.store.log;

import dev.plinth.engine.internal.store.log.disk.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** An opening among several of a disk, each of which fences those before it; as if all of them had got past its lock. */
public final class Opening extends ForwardingDisk {
    private final AtomicInteger latest;
    private final int number;
    private @Nullable Runnable atWrite;
    private @Nullable Runnable behindWrite;

    private Opening(Disk disk, AtomicInteger latest) {
        super(disk);
        this.latest = latest;
        this.number = latest.incrementAndGet();
    }

    /** The first opening of a disk. */
    public static Opening of(Disk disk) {
        return new Opening(disk, new AtomicInteger());
    }

    /** The next opening of the same disk; this one is fenced from then on. */
    public Opening next(Disk disk) {
        return new Opening(disk, latest);
    }

    /** Runs something in the middle of the next write to a segment: before it, and behind it. */
    public void atWrite(Runnable before, Runnable behind) {
        atWrite = before;
        behindWrite = behind;
    }

    @Override
    public void write(String name, File file, ByteBuffer source, long position) throws IOException {
        boolean ofFrame = Segment.numberOf(name) > 0 && source.remaining() > Frame.HEADER_BYTES;
        Runnable before = atWrite;
        Runnable behind = behindWrite;
        if (!ofFrame || before == null || behind == null) {
            super.write(name, file, source, position);
            return;
        }
        atWrite = null;
        before.run();
        super.write(name, file, source, position);
        behind.run();
    }

    @Override
    public boolean isOurs() {
        return latest.get() == number;
    }

    @Override
    public String own(String name) {
        return name.replace(".tmp", "." + number + ".tmp");
    }

    @Override
    public boolean isStillOurs() {
        return isOurs();
    }
}
