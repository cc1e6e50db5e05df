package dev.plinth.engine.internal.store.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.plinth.engine.TestScale;
import dev.plinth.engine.internal.store.log.disk.DirectChannel;
import dev.plinth.engine.internal.store.log.disk.DirectInput;
import dev.plinth.engine.internal.store.log.disk.DirectOutput;
import dev.plinth.engine.internal.store.log.disk.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files past the page cache of the file system that the tests run on, and where there is none. */
class DirectFilesTest {
    private static final int BLOCK_BYTES = 4096;
    private static final int BYTES = 5 * 1024 * 1024 + 777;

    @TempDir
    private Path directory;

    private final Random random = new Random(TestScale.seed());
    private DirectoryDisk disk;

    @BeforeEach
    void open() {
        disk = DirectoryDisk.open(directory);
    }

    @AfterEach
    void close() {
        disk.close();
    }

    @Test
    void bytes_writtenInPiecesOfAnyLength_areThereAndReadAgain() throws IOException {
        byte[] bytes = bytes();
        try (Disk.File file = disk.createStreamed("streamed")) {
            writeInPieces(file, bytes, false);
        }

        assertThat(Files.readAllBytes(directory.resolve("streamed"))).isEqualTo(bytes);
        try (Disk.File file = disk.openStreamed("streamed")) {
            checkReads(file, bytes);
        }
    }

    @Test
    void sync_beforeTheEnd_makesAllDurableSoFarAndMoreMayFollow() throws IOException {
        byte[] bytes = bytes();
        try (Disk.File file = disk.createStreamed("streamed")) {
            writeInPieces(file, bytes, true);
        }

        assertThat(Files.readAllBytes(directory.resolve("streamed"))).isEqualTo(bytes);
    }

    @Test
    void fileSystem_withoutDirectWrites_getsTheSameBytes() throws IOException {
        byte[] bytes = bytes();
        try (Disk.File file = new DirectOutput(disk.create("cached"), null)) {
            writeInPieces(file, bytes, true);
        }

        assertThat(Files.readAllBytes(directory.resolve("cached"))).isEqualTo(bytes);
    }

    /** As a file system does that takes the option and no write with it. */
    @Test
    void fileSystem_thatRefusesTheFirstDirectAccess_getsAndGivesTheSameBytes() throws IOException {
        byte[] bytes = bytes();
        Disk.File cached = disk.create("refused");
        try (Disk.File file = new DirectOutput(cached, closed("refused"))) {
            writeInPieces(file, bytes, false);
        }

        assertThat(Files.readAllBytes(directory.resolve("refused"))).isEqualTo(bytes);
        try (Disk.File file = new DirectInput(disk.open("refused"), closed("refused"))) {
            checkReads(file, bytes);
        }
    }

    @Test
    void fileSystem_withDirectAccess_cachesNoMoreThanTheEnd() throws IOException {
        Counting counting = new Counting(disk);
        Disk.File cached = counting.create("direct");
        DirectChannel direct = DirectChannel.open(directory.resolve("direct"), StandardOpenOption.WRITE);
        try (Disk.File file = new DirectOutput(cached, direct)) {
            writeInPieces(file, bytes(), false);
        }

        assertThat(counting.written)
                .as("bytes through the page cache")
                .isEqualTo(direct == null ? BYTES : BYTES % DirectChannel.BUFFER_BYTES);
    }

    /** A disk that is full in the middle of a file, or a file system that changes its mind. */
    @Test
    void direct_refusedAfterSomeBuffers_theRestIsCached() throws IOException {
        byte[] bytes = bytes();
        Disk.File cached = disk.create("halfway");
        DirectChannel direct = DirectChannel.open(directory.resolve("halfway"), StandardOpenOption.WRITE);
        try (Disk.File file = new DirectOutput(cached, direct)) {
            file.write(ByteBuffer.wrap(bytes, 0, 2_500_000), 0);
            if (direct != null) {
                direct.channel().close();
            }
            file.write(ByteBuffer.wrap(bytes, 2_500_000, bytes.length - 2_500_000), 2_500_000);
            file.sync();
        }

        assertThat(Files.readAllBytes(directory.resolve("halfway"))).isEqualTo(bytes);
    }

    @Test
    void write_notAtTheEnd_isRefused() throws IOException {
        try (Disk.File file = disk.createStreamed("streamed")) {
            file.write(ByteBuffer.allocate(10), 0);

            assertThatIllegalStateException()
                    .isThrownBy(() -> file.write(ByteBuffer.allocate(1), 11))
                    .withMessage("Expected the bytes for position 10 next, but got those for 11");
        }
    }

    private DirectChannel closed(String name) throws IOException {
        FileChannel channel = FileChannel.open(directory.resolve(name), StandardOpenOption.WRITE);
        channel.close();
        return new DirectChannel(channel, BLOCK_BYTES);
    }

    private byte[] bytes() {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        return bytes;
    }

    private void writeInPieces(Disk.File file, byte[] bytes, boolean syncs) throws IOException {
        int at = 0;
        while (at < bytes.length) {
            int length = Math.min(bytes.length - at, 1 + random.nextInt(300_000));
            file.write(ByteBuffer.wrap(bytes, at, length), at);
            at += length;
            if (syncs && random.nextInt(4) == 0) {
                file.sync();
                assertThat(file.size()).isEqualTo(at);
            }
        }
        file.sync();
    }

    private void checkReads(Disk.File file, byte[] bytes) throws IOException {
        checkRead(file, bytes, 0, bytes.length);
        for (int i = 0; i < 100; i++) {
            checkRead(file, bytes, random.nextInt(bytes.length), 1 + random.nextInt(200_000));
        }
        assertThat(file.read(ByteBuffer.allocate(1), bytes.length)).isZero();
        assertThat(file.read(ByteBuffer.allocate(1), bytes.length + 3L * BLOCK_BYTES))
                .isZero();
    }

    private static void checkRead(Disk.File file, byte[] bytes, int from, int length) throws IOException {
        ByteBuffer read = ByteBuffer.allocate(length);
        int count = file.read(read, from);

        ByteBuffer expected = ByteBuffer.wrap(bytes, from, Math.min(length, bytes.length - from));
        assertThat(count).isEqualTo(expected.remaining());
        assertThat(read.flip()).isEqualTo(expected);
    }

    /** Counts what is written the usual way. */
    private static final class Counting extends ForwardingDisk {
        private long written;

        Counting(Disk disk) {
            super(disk);
        }

        @Override
        public void write(String name, File file, ByteBuffer source, long position) throws IOException {
            written += source.remaining();
            super.write(name, file, source, position);
        }
    }
}
