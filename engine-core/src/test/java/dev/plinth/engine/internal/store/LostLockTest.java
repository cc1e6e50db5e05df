package dev.plinth.engine.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.plinth.engine.settings.Durability;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Real processes and the lock of a real directory, which its holder may lose without a word. */
@Timeout(120)
class LostLockTest {
    @TempDir
    private Path base;

    private Process holder;
    private PrintStream commands;
    private BufferedReader answers;

    @AfterEach
    void end() throws InterruptedException {
        commands.close();
        holder.waitFor();
    }

    /** POSIX: whoever in the process opens and closes the file gives up its lock. */
    @ParameterizedTest
    @EnumSource(
            value = Durability.class,
            names = {"FSYNC", "OS"})
    void hostReadsTheLockFile_secondProcessFencesTheFirstAndNothingIsLost(Durability durability) throws IOException {
        Path directory = base.resolve("data");
        hold(directory, durability);
        assertThat(tell("put 1")).isEqualTo(WritesOnCommand.DONE);
        assertThat(tell("read LOCK")).isEqualTo(WritesOnCommand.DONE);
        assertThat(tell("put 2")).as("nobody else has come").isEqualTo(WritesOnCommand.DONE);

        byte[] state;
        try (Store store = WritesOnCommand.open(directory, durability)) {
            put(store, 3);
            assertThat(tell("put 4")).isEqualTo("shutting_down");
            assertThat(tell("put 5")).isEqualTo("shutting_down");
            put(store, 6);
            state = store.stateHash();
        }
        assertHas(directory, durability, state, List.of(1L, 2L, 3L, -1L, -1L, 6L));
    }

    /** As one who takes it for a leftover. */
    @ParameterizedTest
    @EnumSource(
            value = Durability.class,
            names = {"FSYNC", "OS"})
    void lockFileIsDeleted_secondProcessFencesTheFirstAndNothingIsLost(Durability durability) throws IOException {
        Path directory = base.resolve("data");
        hold(directory, durability);
        assertThat(tell("put 1")).isEqualTo(WritesOnCommand.DONE);
        Files.delete(directory.resolve("LOCK"));
        assertThat(tell("put 2")).as("nobody else has come").isEqualTo(WritesOnCommand.DONE);

        byte[] state;
        try (Store store = WritesOnCommand.open(directory, durability)) {
            put(store, 3);
            assertThat(tell("put 4")).isEqualTo("shutting_down");
            assertThat(tell("put 5")).isEqualTo("shutting_down");
            put(store, 6);
            state = store.stateHash();
        }
        assertHas(directory, durability, state, List.of(1L, 2L, 3L, -1L, -1L, 6L));
    }

    /** The first one writes all the time, so that it also writes between two looks at the name. */
    @Test
    void lockFileIsDeletedUnderWritesAtOs_everythingAcknowledgedIsReadByTheSecond() throws IOException {
        Path directory = base.resolve("data");
        hold(directory, Durability.OS);
        commands.println("fill 1000");
        assertThat(answers.readLine()).isEqualTo("filling");
        Files.delete(directory.resolve("LOCK"));

        try (Store store = WritesOnCommand.open(directory, Durability.OS)) {
            String[] end = answers.readLine().split(" ");
            assertThat(end[0]).isIn("shutting_down", "outcome_unknown");
            long last = Long.parseLong(end[1]);
            assertThat(store.<Long>readToAnswer(rows -> TestRows.value(rows, 0)))
                    .isGreaterThanOrEqualTo(last);
        }
    }

    /** Another path, the same directory: the refusal must not touch the lock. */
    @Test
    void openedAgainByABindMount_isRefusedAndStaysLocked() throws Exception {
        assumeThat(System.getProperty("user.name")).as("who may mount").isEqualTo("root");
        Path directory = Files.createDirectory(base.resolve("data"));
        Path other = Files.createDirectory(base.resolve("other"));
        assumeThat(run("mount", "--bind", directory.toString(), other.toString()))
                .as("a bind mount is possible")
                .isZero();
        try {
            hold(directory, Durability.FSYNC);
            assertRefusedInTheSameProcess(other);
        } finally {
            run("umount", other.toString());
        }
    }

    /** A copy whose files are second names of the same ones. */
    @Test
    void openedAgainByASecondNameOfTheLockFile_isRefusedAndStaysLocked() throws IOException {
        Path directory = base.resolve("data");
        hold(directory, Durability.FSYNC);
        Path other = Files.createDirectory(base.resolve("other"));
        Files.createLink(other.resolve("LOCK"), directory.resolve("LOCK"));

        assertRefusedInTheSameProcess(other);
    }

    @Test
    void openedAgainByASymbolicLink_isRefusedAndStaysLocked() throws IOException {
        Path directory = base.resolve("data");
        hold(directory, Durability.FSYNC);

        assertRefusedInTheSameProcess(Files.createSymbolicLink(base.resolve("other"), directory));
    }

    @Test
    void hostCopiesTheDirectoryAndOpensTheCopy_theFirstGoesOn() throws IOException {
        Path directory = base.resolve("data");
        hold(directory, Durability.FSYNC);
        assertThat(tell("put 1")).isEqualTo(WritesOnCommand.DONE);
        Path copy = Files.createDirectory(base.resolve("copy"));
        try (var files = Files.newDirectoryStream(directory, "{LOCK,journal-0*,journal-state}")) {
            for (Path file : files) {
                Files.copy(file, copy.resolve(file.getFileName()), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }

        assertThat(tell("open " + copy)).isEqualTo(WritesOnCommand.DONE);
        assertThat(tell("put 2")).isEqualTo(WritesOnCommand.DONE);
    }

    private void assertRefusedInTheSameProcess(Path other) throws IOException {
        assertThat(tell("open " + other))
                .startsWith("The directory " + other + " is in use, because process " + holder.pid() + " has it open");
        Path directory = base.resolve("data");
        assertThat(OpensDirectory.openAndClose(directory.toString()))
                .as("another process")
                .contains("process " + holder.pid() + " has it open");
        assertThat(tell("put 2")).isEqualTo(WritesOnCommand.DONE);
    }

    private static void assertHas(Path directory, Durability durability, byte[] state, List<Long> values) {
        try (Store store = WritesOnCommand.open(directory, durability)) {
            assertThat(store.stateHash()).isEqualTo(state);
            for (int id = 1; id <= values.size(); id++) {
                int which = id;
                assertThat(store.<Long>readToAnswer(rows -> TestRows.value(rows, which)))
                        .as("%d", id)
                        .isEqualTo(values.get(id - 1));
            }
        }
    }

    private void hold(Path directory, Durability durability) throws IOException {
        holder = ChildJvm.start(WritesOnCommand.class, List.of(), directory.toString(), durability.name())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        commands = new PrintStream(holder.getOutputStream(), true, StandardCharsets.UTF_8);
        answers = holder.inputReader(StandardCharsets.UTF_8);
        assertThat(answers.readLine()).isEqualTo(WritesOnCommand.OPENED);
    }

    private String tell(String command) throws IOException {
        commands.println(command);
        return answers.readLine();
    }

    private static void put(Store store, long id) {
        store.await(TestRows.put(store, id, id));
    }

    private static int run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command).inheritIO().start().waitFor();
    }
}
