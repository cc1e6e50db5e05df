package dev.plinth.engine.http.log;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Writes a line for each request, on a thread of its own. Threads that serve never wait for the file: while it takes no
 * lines, at most {@value #LINES_MAX} wait, and more are lost and counted. Thread-safe.
 */
public final class AccessLog implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(AccessLog.class.getName());

    /** Lines that may wait for the file. */
    static final int LINES_MAX = 8192;

    private static final long COMPLAINT_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final long CLOSE_MILLIS_MAX = 1000;
    private static final String LAST = "";

    private final BlockingQueue<String> lines = new ArrayBlockingQueue<>(LINES_MAX);
    private final AtomicLong lost = new AtomicLong();
    private final Optional<Path> file;
    private final Function<AccessEntry, String> format;
    private final Thread writer;
    private boolean isCut; // the writer's; the last line may have been written in part
    private volatile boolean reopens;
    private OutputStream out; // the writer's
    private long complainedNanos = System.nanoTime() - COMPLAINT_NANOS; // the writer's
    private @Nullable Throwable broken; // the writer's; has not been shown yet

    private AccessLog(Optional<Path> file, OutputStream out, boolean isJson) {
        this.file = file;
        this.out = out;
        this.isCut = file.isPresent() && endsWithinALine(file.get());
        this.format = isJson ? AccessEntry::json : AccessEntry::common;
        this.writer = new Thread(this::write, "plinth-access-log");
        writer.setDaemon(true);
        writer.start();
    }

    /**
     * Appends to a file, which is made if it is not there, with mode 0640.
     *
     * @param isJson true for a JSON object a line, false for the Common Log Format
     * @throws IllegalArgumentException if it cannot be opened, with a message of one line
     */
    public static AccessLog to(Path file, boolean isJson) {
        try {
            return new AccessLog(Optional.of(file), open(file), isJson);
        } catch (IOException unable) {
            throw new IllegalArgumentException(
                    "The access log " + file + " cannot be opened (" + reason(unable)
                            + "). Give a file that this user may write, in a folder that exists.",
                    unable);
        }
    }

    private static String reason(IOException unable) {
        if (unable instanceof NoSuchFileException) {
            return "no such folder";
        }
        return unable instanceof AccessDeniedException ? "access denied" : String.valueOf(unable.getMessage());
    }

    /** Writes to a stream, such as standard output. */
    public static AccessLog to(OutputStream out, boolean isJson) {
        return new AccessLog(Optional.empty(), out, isJson);
    }

    private static OutputStream open(Path file) throws IOException {
        if (!Files.exists(file) && Files.getFileStore(directory(file)).supportsFileAttributeView("posix")) {
            Path unused = Files.createFile(
                    file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----")));
        }
        return Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private static Path directory(Path file) {
        Path parent = file.toAbsolutePath().getParent();
        return parent == null ? file.toAbsolutePath() : parent;
    }

    /** Returns true if the last line of a file has no end, as after a full disk. A pipe or a device has none to look at. */
    private static boolean endsWithinALine(Path file) {
        if (!Files.isRegularFile(file)) {
            return false;
        }
        try (FileChannel in = FileChannel.open(file)) {
            ByteBuffer last = ByteBuffer.allocate(1);
            return in.size() > 0 && in.read(last, in.size() - 1) == 1 && last.get(0) != '\n';
        } catch (IOException unreadable) {
            return false;
        }
    }

    /** Adds an entry. Never waits. */
    public void add(AccessEntry entry) {
        if (!lines.offer(format.apply(entry))) {
            lost.incrementAndGet();
        }
    }

    /** Opens the file again before the next line, for a tool that has renamed it. */
    public void reopen() {
        reopens = file.isPresent();
    }

    private void write() {
        // Has its full size from the start, so that taking lines needs no memory and loses none.
        List<String> batch = new ArrayList<>(LINES_MAX + 1);
        boolean goesOn = true;
        while (goesOn) {
            batch.clear();
            try {
                batch.add(lines.take());
            } catch (InterruptedException stop) {
                return;
            }
            int unused = lines.drainTo(batch);
            goesOn = !batch.remove(LAST);
            write(batch);
        }
    }

    private void write(List<String> batch) {
        try {
            reopenIfAsked();
            byte[] block = ((isCut ? "\n" : "") + String.join("", batch)).getBytes(StandardCharsets.UTF_8);
            isCut = true;
            out.write(block); // at once, because a buffer would write its beginning again after a failure
            out.flush();
            isCut = false;
        } catch (IOException full) {
            lost.addAndGet(batch.size());
        } catch (RuntimeException | Error failure) {
            // A thread that ended would lose all further lines, and its queue would fill up.
            lost.addAndGet(batch.size());
            broken = failure;
        }
        complain();
    }

    /** Goes on with the old file if the next one cannot be opened, and tries again before the next lines. */
    private void reopenIfAsked() {
        if (!reopens || file.isEmpty()) {
            return;
        }
        reopens = false; // first, so that a request that comes meanwhile is not lost
        OutputStream old = out;
        try {
            out = open(file.get());
            isCut = endsWithinALine(file.get());
        } catch (IOException unable) {
            reopens = true;
            if (isTimeToComplain()) {
                quietly(() -> LOG.log(
                        Level.WARNING,
                        "The access log " + file.get() + " cannot be opened again (" + reason(unable)
                                + "), so the file from before takes its lines. Let this user write in that folder."));
            }
            return;
        }
        try {
            old.close();
        } catch (IOException full) {
            lost.incrementAndGet();
        }
    }

    private void complain() {
        if (lost.get() > 0 && isTimeToComplain()) {
            Throwable shown = broken;
            broken = null;
            quietly(() -> LOG.log(
                    Level.WARNING,
                    "The access log has lost " + lost.getAndSet(0)
                            + " lines, because its file takes them too slowly or not at all. Check the disk.",
                    shown));
        }
    }

    private boolean isTimeToComplain() {
        long now = System.nanoTime();
        boolean isTime = now - complainedNanos >= COMPLAINT_NANOS;
        if (isTime) {
            complainedNanos = now;
        }
        return isTime;
    }

    /** Ignores a failure, because there is no other place to report a log that fails. */
    private static void quietly(Runnable log) {
        try {
            log.run();
        } catch (RuntimeException | Error unheard) {
            return;
        }
    }

    /** Writes what waits, for a second at most, and closes the file. */
    @Override
    public void close() {
        try {
            if (lines.offer(LAST, CLOSE_MILLIS_MAX, TimeUnit.MILLISECONDS)) {
                writer.join(CLOSE_MILLIS_MAX);
            }
            if (file.isPresent() && !writer.isAlive()) {
                out.close();
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        } catch (IOException full) {
            LOG.log(Level.WARNING, "The access log did not close cleanly", full);
        }
    }
}
