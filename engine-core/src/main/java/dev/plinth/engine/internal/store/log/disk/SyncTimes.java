package dev.plinth.engine.internal.store.log.disk;

import dev.plinth.engine.internal.base.Histogram;
import dev.plinth.engine.internal.base.Recordings;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** Measures how long the disk takes to make the journal durable. Thread-safe. */
public final class SyncTimes {
    private static final long[] EDGES_MICROS = {
        50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 500_000, 1_000_000, 10_000_000
    };

    private final Histogram times = new Histogram(EDGES_MICROS);

    public Histogram times() {
        return times;
    }

    /** Returns the file with measured syncs. */
    public Disk.File timed(Disk.File file) {
        return new TimedFile(file);
    }

    private final class TimedFile extends ForwardingFile {
        TimedFile(Disk.File file) {
            super(file);
        }

        @Override
        public void sync() throws IOException {
            SyncRecording event = Recordings.begun(SyncRecording::probe, SyncRecording::new);
            long began = System.nanoTime();
            file.sync();
            times.add(TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - began));
            if (event != null) {
                event.commit();
            }
        }
    }
}
