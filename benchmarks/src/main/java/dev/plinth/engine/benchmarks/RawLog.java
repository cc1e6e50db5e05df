package dev.plinth.engine.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.zip.CRC32C;

/**
 * The least that any durable log has to do, as a limit to measure against: records under a checksum, appended to a file that was
 * filled with zeros before, many to one {@code fdatasync}. No rows, no rules, no parsing.
 */
final class RawLog implements AutoCloseable {
    private static final int FILE_BYTES = 64 * 1024 * 1024;
    private static final int HEADER_BYTES = 8;

    private final FileChannel file;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(16 * 1024 * 1024);
    private final CRC32C crc = new CRC32C();
    private final Thread flusher;
    private List<Entry> queued = new ArrayList<>();
    private boolean open = true;
    private long position;

    RawLog(Path path) throws IOException {
        file = FileChannel.open(
                path, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
        ByteBuffer zeros = ByteBuffer.allocateDirect(1024 * 1024);
        for (long at = 0; at < FILE_BYTES; at += zeros.capacity()) {
            file.write(zeros.clear(), at);
        }
        file.force(true);
        flusher = new Thread(this::loop, "raw-log");
        flusher.start();
    }

    /** Completes when the record is durable. */
    CompletableFuture<Void> append(byte[] record) {
        Entry entry = new Entry(record, new CompletableFuture<>());
        synchronized (this) {
            queued.add(entry);
            notifyAll();
        }
        return entry.durable;
    }

    @Override
    public void close() throws IOException {
        synchronized (this) {
            open = false;
            notifyAll();
        }
        try {
            flusher.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        file.close();
    }

    private void loop() {
        try {
            List<Entry> batch = take();
            while (!batch.isEmpty()) {
                flush(batch);
                batch = take();
            }
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException("Expected to write the log, but could not", e);
        }
    }

    private synchronized List<Entry> take() throws InterruptedException {
        while (queued.isEmpty() && open) {
            wait();
        }
        List<Entry> batch = queued;
        queued = new ArrayList<>();
        return batch;
    }

    private void flush(List<Entry> batch) throws IOException {
        buffer.clear();
        for (Entry entry : batch) {
            if (buffer.remaining() < HEADER_BYTES + entry.record.length) {
                write();
            }
            crc.reset();
            crc.update(entry.record);
            buffer.putInt(entry.record.length).putInt((int) crc.getValue()).put(entry.record);
        }
        write();
        file.force(false);
        for (Entry entry : batch) {
            entry.durable.complete(null);
        }
    }

    private void write() throws IOException {
        buffer.flip();
        if (position + buffer.remaining() > FILE_BYTES) {
            position = 0;
        }
        int length = buffer.remaining();
        file.write(buffer, position);
        position += length;
        buffer.clear();
    }

    private record Entry(byte[] record, CompletableFuture<Void> durable) {}
}
