package dev.plinth.engine;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** An ext4 file system in a file, whose power can be cut: what was not synced is gone, and what the kernel still holds with it. */
public final class LoopDisk implements AutoCloseable {
    // EXT4_IOC_SHUTDOWN with EXT4_GOING_FLAGS_NOLOGFLUSH: from now on nothing reaches the disk, not even the log.
    private static final String CUT =
            "open(my $d, '<', $ARGV[0]) or die $!; my $how = pack('L', 2); ioctl($d, 0x8004587D, $how) or die $!;";

    private final Path image;
    private final Path mount;
    private boolean mounted;

    private LoopDisk(Path image, Path mount) {
        this.image = image;
        this.mount = mount;
    }

    /**
     * Makes one below a directory. Where that is not possible, the test is skipped and says why.
     *
     * @param megabytes its size
     */
    public static LoopDisk make(Path base, int megabytes) throws IOException {
        assumeThat(System.getProperty("user.name"))
                .as("who may mount a file system")
                .isEqualTo("root");
        LoopDisk disk = new LoopDisk(base.resolve("image"), Files.createDirectory(base.resolve("mount")));
        List<String> failures = new ArrayList<>();
        run(failures, "truncate", "-s", megabytes + "M", disk.image.toString());
        run(failures, "mkfs.ext4", "-q", "-F", disk.image.toString());
        run(failures, "mount", "-o", "loop", disk.image.toString(), disk.mount.toString());
        disk.mounted = failures.isEmpty();
        assumeThat(failures).as("what keeps this machine from mounting a file").isEmpty();
        return disk;
    }

    /** Returns its mount point. */
    public Path path() {
        return mount;
    }

    /** Cuts the power; who has files open gets errors from now on. */
    public void cut() throws IOException {
        must("perl", "-e", CUT, mount.toString());
    }

    /** Brings it back after a cut, when nobody has files open any more. */
    public void restart() throws IOException {
        must("umount", mount.toString());
        mounted = false;
        must("mount", "-o", "loop", image.toString(), mount.toString());
        mounted = true;
    }

    @Override
    public void close() throws IOException {
        if (mounted) {
            must("umount", "-l", mount.toString());
            mounted = false;
        }
    }

    private void must(String... command) throws IOException {
        List<String> failures = new ArrayList<>();
        run(failures, command);
        if (!failures.isEmpty()) {
            throw new IOException(failures.toString());
        }
    }

    private static void run(List<String> failures, String... command) {
        if (!failures.isEmpty()) {
            return;
        }
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                failures.add(String.join(" ", command) + ": " + said);
            }
        } catch (IOException notThere) {
            failures.add(notThere.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            failures.add("interrupted");
        }
    }
}
