package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.log.Node;
import dev.plinth.engine.log.NodeRole;
import dev.plinth.engine.log.SharedLog;
import dev.plinth.engine.testkit.SharedMemoryLog;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests a leader whose machine's clock drifts away from that of the log. */
final class DriftingClockTest {
    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

    @TempDir
    private Path directory;

    @Test
    void leader_whoseClockDrifts_goesByTheClockOfTheLog() {
        MachineClock machine = MachineClock.startingAt(BEGIN);
        MachineClock ofTheLog = MachineClock.startingAt(BEGIN);
        try (CapturedLog told = CapturedLog.open();
                Engine leader = Engine.builder()
                        .log(withTime(new SharedMemoryLog(), ofTheLog))
                        .node(new Node("a", Optional.empty()))
                        .secretKeyFile(directory.resolve("secret.key"))
                        .clock(machine)
                        .open()) {
            assertThat(leader.role()).isEqualTo(NodeRole.LEADER);

            ofTheLog.step(Duration.ofMinutes(2));

            Patience.until(() -> told.lines().stream()
                    .anyMatch(line -> line.contains("The clock of this machine is 120 s behind that of the log")));
        }
    }

    private static SharedLog withTime(SharedLog log, MachineClock clock) {
        return (SharedLog) Proxy.newProxyInstance(
                SharedLog.class.getClassLoader(),
                new Class<?>[] {SharedLog.class},
                (proxy, method, arguments) -> method.getName().equals("time")
                        ? Optional.of(Instant.ofEpochMilli(clock.epochMillis()))
                        : method.invoke(log, arguments));
    }
}
