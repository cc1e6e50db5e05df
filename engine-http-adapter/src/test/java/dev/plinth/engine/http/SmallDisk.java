package dev.plinth.engine.http;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A file system of a few megabytes, which one file can fill. */
final class SmallDisk implements AutoCloseable {
    private static final int STEP_BYTES = 4096;

    private final Path mount;

    private SmallDisk(Path mount) {
        this.mount = mount;
    }

    /** Mounts one below a directory. Where that is not possible, the test is skipped and says why. */
    static SmallDisk make(Path base, int megabytes) throws IOException {
        Path mount = Files.createDirectory(base.resolve("disk"));
        assumeThat(run("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "tmpfs", mount.toString()))
                .as("what keeps this machine from mounting a small disk, for instance that the user is not root")
                .isNull();
        return new SmallDisk(mount);
    }

    Path path() {
        return mount;
    }

    /** Leaves so many bytes free; asks before each step how many there still are, since a server may be taking some too. */
    void fill(long bytesLeft) throws IOException {
        try (OutputStream filler = Files.newOutputStream(filler())) {
            while (Files.getFileStore(mount).getUsableSpace() - bytesLeft >= STEP_BYTES) {
                filler.write(new byte[STEP_BYTES]);
            }
        } catch (IOException full) {
            // A server may take the last bytes between the look and the step.
            if (Files.getFileStore(mount).getUsableSpace() >= STEP_BYTES) {
                throw full;
            }
        }
    }

    /** Gives back what {@link #fill} took. */
    void free() throws IOException {
        Files.delete(filler());
    }

    private Path filler() {
        return mount.resolve("filler");
    }

    @Override
    public void close() throws IOException {
        String failure = run("umount", "-l", mount.toString());
        if (failure != null) {
            throw new IOException(failure);
        }
    }

    /** Returns what a command complains of; null if it works. */
    private static @Nullable String run(String... command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor() == 0 ? null : String.join(" ", command) + ": " + said;
        } catch (IOException e) {
            return e.getMessage();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }
}
