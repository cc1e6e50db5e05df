package dev.plinth.engine.internal.store.log;

import dev.plinth.engine.internal.base.rows.Record;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Encodes records into a chain, and queues them until a flusher takes them. Needs no memory to take them.
 *
 * <p>{@link #encode} and {@link #add} are called inside the writer lock. Everything else is called with {@link #lock}.
 */
final class RecordQueue {
    /** Bytes of queued records at which a caller waits for the flusher. */
    static final int BYTES_MAX = 32 * 1024 * 1024;

    private static final byte[] NOTHING = {};

    final ReentrantLock lock = new ReentrantLock();
    private List<byte[]> queued = new ArrayList<>();
    private List<byte[]> taken = new ArrayList<>();
    private int queuedBytes;
    private int takenBytes;
    private int lastCrc;
    private byte[] prepared = NOTHING;

    /** Makes an empty queue behind a record with this CRC. */
    RecordQueue(int lastCrc) {
        this.lastCrc = lastCrc;
    }

    /** Encodes a record. Only {@link #add} changes the last CRC, and the writer lock is held until then. */
    byte[] encode(Record record) {
        byte[] bytes = RecordCodec.encode(record, lastCrc);
        prepared = bytes;
        return bytes;
    }

    /** Adds the record that was encoded last. If it throws, it has not added it. Takes the lock itself. */
    void add() {
        byte[] bytes = prepared;
        int crc = RecordCodec.crc(bytes);
        lock.lock();
        try {
            queued.add(bytes); // the last step that can fail
            lastCrc = crc;
            queuedBytes += Frame.bytesOf(bytes);
        } finally {
            lock.unlock();
        }
        prepared = NOTHING;
    }

    boolean isEmpty() {
        return queued.isEmpty();
    }

    /** Returns true if so much is queued that callers should wait. */
    boolean isFull() {
        return queuedBytes > BYTES_MAX;
    }

    /** Returns the bytes that the queued records take in a frame. */
    int queuedBytes() {
        return queuedBytes;
    }

    /** Returns the bytes that the taken records take in frames, as far as they are not {@link #flushed}. */
    int takenBytes() {
        return takenBytes;
    }

    /** Takes all queued records. They are the caller's until {@link #clearTaken}. */
    List<byte[]> take() {
        List<byte[]> batch = queued;
        queued = taken;
        taken = batch;
        takenBytes = queuedBytes;
        queuedBytes = 0;
        return batch;
    }

    /** Notes that so many bytes of the taken records are flushed. */
    void flushed(int bytes) {
        takenBytes -= bytes;
    }

    /** Forgets the records that were taken last. */
    void clearTaken() {
        taken.clear();
    }

    /** Returns the CRC of the last added record. Takes the lock itself. */
    int lastCrc() {
        lock.lock();
        try {
            return lastCrc;
        } finally {
            lock.unlock();
        }
    }
}
