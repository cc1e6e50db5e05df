package dev.plinth.engine.log.postgres;

import dev.plinth.engine.log.Batch;
import dev.plinth.engine.log.Reign;
import dev.plinth.engine.log.SharedLog;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Batches of a record each, for tests of appends. */
final class LogBatches {
    private static final int READ_BYTES = 1024 * 1024;
    private static final int FRAME_BYTES = 900;

    private LogBatches() {}

    static Batch batch(Reign reign, long position) {
        return batch(reign, position, FRAME_BYTES);
    }

    static Batch batch(Reign reign, long position, int bytes) {
        byte[] frame = new byte[bytes];
        for (int i = 0; i < frame.length; i++) {
            frame[i] = (byte) (position + 7 * i);
        }
        return new Batch(position, position, reign.epoch(), (int) position - 1, (int) position, frame);
    }

    /** Returns the positions of all batches that a reign reads. */
    static List<Long> read(SharedLog log, Reign reign) throws IOException {
        List<Long> positions = new ArrayList<>();
        List<Batch> some = log.read(reign, 0, READ_BYTES);
        while (!some.isEmpty()) {
            some.forEach(batch -> positions.add(batch.first()));
            some = log.read(reign, positions.get(positions.size() - 1), READ_BYTES);
        }
        return positions;
    }

    /** Returns the positions of all batches that a follower is shown. */
    static List<Long> follow(SharedLog log) throws IOException {
        return log.follow(0, READ_BYTES).stream().map(Batch::first).toList();
    }
}
