package dev.plinth.engine.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.CRC32C;

/**
 * The least that any durable log has to do, as a limit to compare with. It appends records under a checksum, many to
 * one {@code fdatasync}. A thread fills the segments with zeros ahead. There are no rows, no rules and no parsing.
 * <p>It keeps the last {@value #SEGMENTS_KEPT} segments, as if the older records were in a snapshot. A log that reused
 * its first segment would lose records that it acknowledged half a second before.
 */
final class RawLog implements AutoCloseable {
    private static final int SEGMENT_BYTES = 64 * 1024 * 1024;
    private static final int SEGMENTS_KEPT = 8;
    private static final int HEADER_BYTES = 8;

    private final Path directory;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(16 * 1024 * 1024);
    private final ByteBuffer zeros = ByteBuffer.allocateDirect(1024 * 1024);
    private final CRC32C crc = new CRC32C();
    private final ExecutorService ahead = Executors.newSingleThreadExecutor();
    private final Thread flusher;
    private List<Entry> queued = new ArrayList<>();
    private boolean open = true;
    private int segments;
    private FileChannel file;
    private Future<FileChannel> next;
    private long position;

    /** Begins a log in a new directory. */
    RawLog(Path directory) throws IOException {
        this.directory = Files.createDirectories(directory);
        file = prepare();
        next = ahead.submit(this::prepare);
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
            file.close();
            next().close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            ahead.shutdown();
        }
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

    private void flush(List<Entry> batch) throws IOException, InterruptedException {
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

    private void write() throws IOException, InterruptedException {
        buffer.flip();
        if (position + buffer.remaining() > SEGMENT_BYTES) {
            file.force(false);
            file.close();
            file = next();
            next = ahead.submit(this::prepare);
            position = 0;
        }
        int length = buffer.remaining();
        file.write(buffer, position);
        position += length;
        buffer.clear();
    }

    private FileChannel next() throws IOException, InterruptedException {
        try {
            return next.get();
        } catch (ExecutionException e) {
            throw new IOException("Expected the next segment, but it was not made", e.getCause());
        }
    }

    /** Makes a segment without holes, so that a sync of its writes has no length and no block to record. */
    private FileChannel prepare() throws IOException {
        FileChannel made = FileChannel.open(segment(segments), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        for (long at = 0; at < SEGMENT_BYTES; at += zeros.capacity()) {
            made.write(zeros.clear(), at);
        }
        made.force(true);
        try (FileChannel names = FileChannel.open(directory)) {
            names.force(true);
        }
        if (segments >= SEGMENTS_KEPT) {
            Files.delete(segment(segments - SEGMENTS_KEPT));
        }
        segments++;
        return made;
    }

    private Path segment(int number) {
        return directory.resolve("segment-" + number);
    }

    private record Entry(byte[] record, CompletableFuture<Void> durable) {}
}
