package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.http.program.DyingProgram;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A job that kills its process does not do so at every start for ever; one that gets further each time is left its chance. */
@Timeout(900)
@Tag("slow")
class DyingJobIT {
    private static final int DEATHS_MAX = 3;
    private static final int PATIENCE_SECONDS = 60;

    @TempDir
    private Path directory;

    @Test
    void job_thatKillsThreeProcesses_failsInsteadOfAFourth() throws Exception {
        List<String> accepted = run(0, "poison");
        for (int i = 0; i < DEATHS_MAX; i++) {
            assertThat(run(DyingProgram.DIED, accepted.get(0), accepted.get(1))).isEmpty();
        }

        List<String> shown = run(0, accepted.get(0), accepted.get(1));

        assertThat(shown.get(0)).contains("\"status\":\"failed\"", "\"code\":\"job_crashed\"", "\"retryable\":false");
        assertThat(shown.get(1)).contains("\"type\":\"job.failed\"", accepted.get(1));
    }

    @Test
    void job_thatGetsFurtherBeforeEachDeath_isRunAgain() throws Exception {
        List<String> accepted = run(0, "slow");

        for (int i = 0; i < DEATHS_MAX + 2; i++) {
            assertThat(run(DyingProgram.DIED, accepted.get(0), accepted.get(1))).isEmpty();
        }
    }

    /** The lines that the program prints until it ends with this status. */
    private List<String> run(int status, String... arguments) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of("-cp", System.getProperty("java.class.path"), DyingProgram.class.getName()));
        command.add(directory.toString());
        command.addAll(List.of(arguments));
        Process process = ServedProcess.builder(command.toArray(String[]::new))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(said).isEqualTo(status);
        return said.lines().toList();
    }
}
