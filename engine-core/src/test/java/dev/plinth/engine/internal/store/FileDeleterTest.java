package dev.plinth.engine.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Deletions of long files on the file system that the tests run on, and whoever reads them meanwhile. */
class FileDeleterTest {
    private static final String NAME = "snapshot-0000000000000000042";
    private static final int BYTES = 9 * 1024 * 1024 + 77;
    private static final byte FILLING = 7;

    @TempDir
    private Path directory;

    private DirectoryDisk disk;

    @BeforeEach
    void open() throws IOException {
        disk = DirectoryDisk.open(directory);
        byte[] bytes = new byte[BYTES];
        Arrays.fill(bytes, FILLING);
        Files.write(file(), bytes);
    }

    @AfterEach
    void close() {
        disk.close();
    }

    /** Shown by somebody who has it open without a word of it. */
    @Test
    void longFile_thatNobodyReads_isCutAndGone() throws IOException {
        try (FileChannel silent = FileChannel.open(file(), StandardOpenOption.READ)) {
            disk.delete(NAME);

            assertThat(silent.size()).isLessThan(BYTES / 2);
        }
        assertThat(disk.names()).isEmpty();
    }

    @Test
    void shortFile_andOneThatIsNotThere_areGone() throws IOException {
        Files.write(file(), new byte[] {FILLING});
        disk.delete(NAME);
        disk.delete(NAME);

        assertThat(disk.names()).isEmpty();
    }

    @Test
    void longFile_thatToolsReadInThisJvm_isReadToItsEnd() throws IOException {
        ReadOnlyDirectory tools = new ReadOnlyDirectory(directory);
        try (Disk.File first = tools.open(NAME);
                Disk.File second = tools.open(NAME)) {
            disk.delete(NAME);

            assertThat(disk.names()).isEmpty();
            assertThat(isWhole(first)).isTrue();
            assertThat(isWhole(second)).isTrue();
        }
    }

    @Test
    void longFile_thatAToolHasRead_isCut() throws IOException {
        new ReadOnlyDirectory(directory).open(NAME).close();
        try (FileChannel silent = FileChannel.open(file(), StandardOpenOption.READ)) {
            disk.delete(NAME);

            assertThat(silent.size()).isLessThan(BYTES / 2);
        }
    }

    @Test
    void longFile_thatAToolOfAnotherProcessReads_isReadToItsEnd() throws IOException, InterruptedException {
        Process tool = ChildJvm.start(ReadsFile.class, List.of(), directory.toString(), NAME)
                .redirectErrorStream(true)
                .start();
        try (BufferedReader told = tool.inputReader(StandardCharsets.UTF_8)) {
            assertThat(told.readLine()).isEqualTo(ReadsFile.OPEN);
            disk.delete(NAME);
            tool.getOutputStream().write('\n');
            tool.getOutputStream().flush();

            assertThat(told.readLine()).isEqualTo("true");
        } finally {
            tool.destroyForcibly().waitFor();
        }
        assertThat(disk.names()).isEmpty();
    }

    @Test
    void longFile_withASecondName_isWholeUnderThat() throws IOException {
        Path second = directory.resolve("kept");
        Files.createLink(second, file());
        disk.delete(NAME);

        assertThat(disk.names()).containsExactly("kept");
        assertThat(second).hasSize(BYTES);
    }

    @Test
    void tool_thatComesWhileAFileIsCut_isToldThatThereIsNone() throws IOException {
        try (FileChannel cutting = FileChannel.open(file(), StandardOpenOption.WRITE);
                FileLock lock = cutting.lock()) {
            assertThat(lock.isValid()).isTrue();
            assertThatExceptionOfType(NoSuchFileException.class)
                    .isThrownBy(() -> new ReadOnlyDirectory(directory).open(NAME))
                    .withMessageContaining("is being deleted");
        }
    }

    @Test
    void fileThatWasBeingDeleted_whenTheProcessDied_goesWithTheNextDeletion() throws IOException {
        Files.createFile(directory.resolve("journal-0000000007.deleted.tmp"));
        Files.createFile(directory.resolve("somebody-elses.deleted.tmp"));
        disk.delete(NAME);

        assertThat(disk.names()).containsExactly("somebody-elses.deleted.tmp");
    }

    /** As by a directory that has no room for a longer name. */
    @Test
    void longFile_thatCannotBeRenamed_isGone() throws IOException {
        Path inTheWay = Files.createDirectories(directory.resolve(NAME + ".deleted.tmp/inside"));
        disk.delete(NAME);

        assertThat(disk.names()).containsExactly(NAME + ".deleted.tmp");
        assertThat(inTheWay).isDirectory();
    }

    @Test
    void tool_thatOpenedAFileBeforeItWasCutAndLocksItThen_isToldThatThereIsNone() throws IOException {
        try (FileChannel slow = FileChannel.open(file(), StandardOpenOption.READ)) {
            disk.delete(NAME);

            assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(() -> FileDeleter.keepWhole(slow, file()));
        }
    }

    private Path file() {
        return directory.resolve(NAME);
    }

    private static boolean isWhole(Disk.File file) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES + 1);
        int length = file.read(bytes, 0);
        for (int i = 0; i < length; i++) {
            if (bytes.get(i) != FILLING) {
                return false;
            }
        }
        return length == BYTES;
    }

    /** Runs in a child JVM: opens a file as tools do, and when it is told to, says whether it can still read all of it. */
    static final class ReadsFile {
        static final String OPEN = "open";

        private ReadsFile() {}

        public static void main(String[] arguments) throws IOException {
            try (Disk.File file = new ReadOnlyDirectory(Path.of(arguments[0])).open(arguments[1])) {
                System.out.println(OPEN);
                int unused = System.in.read();
                System.out.println(isWhole(file));
            }
        }
    }
}
