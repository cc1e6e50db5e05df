package dev.plinth.engine.internal.requestlog;

import dev.plinth.engine.internal.base.Deadline;
import dev.plinth.engine.internal.base.EngineThread;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.Log;
import dev.plinth.engine.internal.base.OwnerOnly;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Files with the lines of the request log, within a number of bytes. A thread of its own renders and writes the
 * entries, so that no answer waits for the disk. An entry that comes while the queue is full is lost, and so are the
 * queued ones if the process dies. A failed disk loses entries and nothing else. Thread-safe.
 *
 * <p>The newest file is appended to. The oldest one is deleted when the next one begins.
 */
final class RequestFiles {
    static final String THREAD = "plinth-request-log";

    /** Files that the bytes are spread over. */
    static final int FILES = 8;

    private static final System.Logger LOG = Log.of(RequestFiles.class);
    private static final Pattern NAME = Pattern.compile("requests-[0-9]{10}\\.jsonl");
    private static final Set<StandardOpenOption> APPENDING =
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
    private static final int BATCH = 1_000;
    private static final long TOLD_EACH_MILLIS = TimeUnit.MINUTES.toMillis(1);

    private final InternedTexts texts;
    private final Path directory;
    private final long bytesMax;
    private final BlockingQueue<Runnable> queue = new ArrayBlockingQueue<>(Limits.REQUEST_LOG_QUEUED_MAX);
    private final AtomicLong lost = new AtomicLong();
    /** Entries that the disk has refused since the log told of them. */
    private long refused;

    /** Why it has refused the last one. */
    private String reason = "";

    /** Until then the log does not tell of it again, because a full disk refuses each entry. */
    private Deadline silence = Deadline.inMillis(0);

    private final Thread writer = new EngineThread(this::loop, THREAD);

    /** Lines that go to the file together. */
    private final ByteArrayOutputStream pending = new ByteArrayOutputStream();

    private @Nullable FileChannel channel;
    private long size;
    private volatile boolean isOpen = true;

    /** Makes the writer of a directory, which is created if it does not exist. */
    RequestFiles(InternedTexts texts, Path directory, long bytesMax) throws IOException {
        this.texts = texts;
        this.directory = directory;
        this.bytesMax = bytesMax;
        Files.createDirectories(directory);
        deleteOldest();
    }

    /** Visits the last lines of the files, the oldest first. The first of them may be cut. */
    void forEachLine(long bytes, Consumer<byte[]> visitor) throws IOException {
        List<Path> files = files();
        long left = bytes;
        int first = files.size();
        while (first > 0 && left > 0) {
            left -= Files.size(files.get(--first));
        }
        for (int i = first; i < files.size(); i++) {
            long skipped = i == first ? Math.max(0, -left) : 0;
            split(end(files.get(i), Files.size(files.get(i)) - skipped), visitor);
        }
    }

    private static byte[] end(Path file, long bytes) throws IOException {
        try (FileChannel in = FileChannel.open(file)) {
            long from = Math.max(0, in.size() - bytes);
            ByteBuffer content = ByteBuffer.allocate((int) (in.size() - from));
            int read = 0;
            while (read >= 0 && content.hasRemaining()) {
                read = in.read(content, from + content.position());
            }
            return Arrays.copyOf(content.array(), content.position());
        }
    }

    private static void split(byte[] content, Consumer<byte[]> visitor) {
        int begin = 0;
        for (int i = 0; i < content.length; i++) {
            if (content[i] == '\n') {
                visitor.accept(Arrays.copyOfRange(content, begin, i));
                begin = i + 1;
            }
        }
    }

    void start() {
        writer.start();
    }

    /** Takes an entry, as {@link EntryWriter#copy} gives it. */
    void add(Id workspace, byte[] entry) {
        if (!queue.offer(() -> write(workspace, entry))) {
            lost.incrementAndGet();
        }
    }

    /** Deletes all lines, behind the entries that were added before. */
    void clear() {
        if (!queue.offer(this::deleteAll)) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "The request log in " + directory
                            + " was not cleared, because its disk is too slow. Clear it again.");
        }
    }

    /** Writes what was added and ends. A disk that does not answer in time loses it. */
    void close(long millis) throws InterruptedException {
        Deadline deadline = Deadline.inMillis(millis);
        if (queue.offer(() -> isOpen = false, millis, TimeUnit.MILLISECONDS)) {
            writer.join(Math.max(1, deadline.millisLeft())); // 0 would be for ever
        }
    }

    private void loop() {
        List<Runnable> batch = new ArrayList<>();
        while (isOpen) {
            try {
                batch.add(queue.take());
                queue.drainTo(batch, BATCH);
                batch.forEach(this::run);
                flush();
                tellLost();
                tellRefused();
            } catch (RuntimeException | Error e) {
                fail(batch.size(), e);
            } catch (InterruptedException e) {
                return;
            }
            batch.clear();
        }
        closeChannel();
    }

    /** Runs a piece of work. Its failure does not keep later ones from running, such as the end. */
    private void run(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException | Error e) {
            fail(1, e);
        }
    }

    private void tellLost() {
        long count = lost.getAndSet(0);
        if (count > 0) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    count
                            + " requests are not in the files of the request log, because the disk was too slow. Use a faster disk for "
                            + directory + ".");
        }
    }

    private void fail(int count, Throwable e) {
        refused += count;
        if (e instanceof UncheckedIOException) {
            pending.reset();
            closeChannel(); // Opening again ends a line that was written in part.
        } else {
            silence = Deadline.inMillis(0); // not the disk's, so rare, and each has a reason of its own
        }
        reason = String.valueOf(e.getMessage());
        tellRefused();
    }

    /** Tells of refused entries, also when the disk takes entries again. */
    private void tellRefused() {
        if (refused == 0 || silence.millisLeft() > 0) {
            return;
        }
        silence = Deadline.inMillis(TOLD_EACH_MILLIS);
        long told = refused;
        refused = 0;
        LOG.log(
                System.Logger.Level.WARNING,
                "Up to " + told + " requests are not in the files of the request log in " + directory + ": " + reason
                        + ". Check the room and the permissions there.");
    }

    private void closeChannel() {
        FileChannel open = channel;
        channel = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                LOG.log(System.Logger.Level.WARNING, "A file of the request log did not close: " + e.getMessage());
            }
        }
    }

    private void write(Id workspace, byte[] entry) {
        byte[] line = RequestLine.of(workspace, LogEntry.read(texts, entry, EntryWriter.FIELDS_AT));
        makeRoomFor(line.length + 1);
        pending.writeBytes(line);
        pending.write('\n');
    }

    private void flush() {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(pending.toByteArray());
            pending.reset();
            FileChannel open = channel;
            while (open != null && bytes.hasRemaining()) {
                size += open.write(bytes);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Opens the file for a line: the present one, or the next one if that is full. */
    private void makeRoomFor(int bytes) {
        try {
            if (channel == null) {
                openFile(newest());
            }
            long filled = size + pending.size();
            if (filled > 0 && filled + bytes > bytesMax / FILES) {
                flush();
                closeChannel();
                openFile(newest() + 1);
                deleteOldest();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Opens a file at its end. A line that a crash has cut ends there. */
    private void openFile(long number) throws IOException {
        Path file = directory.resolve(String.format(Locale.ROOT, "requests-%010d.jsonl", number));
        FileChannel open = FileChannel.open(file, APPENDING, OwnerOnly.file());
        channel = open; // first, because a failure below closes it
        size = open.size();
        if (size > 0 && end(file, 1)[0] != '\n') {
            size += open.write(ByteBuffer.wrap(new byte[] {'\n'}));
        }
    }

    private long newest() throws IOException {
        List<Path> files = files();
        return files.isEmpty() ? 1 : numberOf(files.get(files.size() - 1));
    }

    private static long numberOf(Path file) {
        String name = String.valueOf(file.getFileName());
        return Long.parseLong(name.substring(name.indexOf('-') + 1, name.indexOf('.')));
    }

    /** Deletes the oldest files, until the newest one has room to become full. */
    private void deleteOldest() throws IOException {
        List<Path> files = files();
        long room = bytesMax - bytesMax / FILES;
        for (int i = files.size() - 2; i >= 0; i--) {
            room -= Files.size(files.get(i));
            if (room < 0) {
                Files.deleteIfExists(files.get(i));
            }
        }
    }

    private void deleteAll() {
        pending.reset();
        closeChannel();
        try {
            for (Path file : files()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.filter(file ->
                            NAME.matcher(String.valueOf(file.getFileName())).matches())
                    .sorted()
                    .toList();
        } catch (NoSuchFileException e) {
            Files.createDirectories(directory);
            return List.of();
        }
    }
}
