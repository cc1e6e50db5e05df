package dev.plinth.engine.http.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.TestScale;
import dev.plinth.engine.http.ServedProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Attacks the jar, as it is shipped and with 256 MiB of heap, while an honest tenant in a process of its own works and receives webhooks. The
 * honest tenant is refused nothing and loses no webhook, the attacker is told what it ran into, and afterwards the server is well and has
 * its memory back. How long the honest calls take is printed, written to {@code target/hostile.md}, and not judged, because the machine may be busy.
 */
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class HostileIT {
    private static final int WARM_UP_SECONDS = 1;
    private static final int ALONE_SECONDS = 2;
    private static final int LONGEST_SECONDS = 180;
    private static final int TIMES_LONG = 10;

    @TempDir
    private Path directory;

    static Stream<AttackSuite> attacks() {
        return AttackSuite.ofThisRun();
    }

    @ParameterizedTest
    @MethodSource("attacks")
    void attacked_honestTenantIsServedAndAttackerIsRefused(AttackSuite attackSuite) throws Exception {
        Attack attack = attackSuite.attack();
        List<String> faults = new ArrayList<>();
        try (ServedProcess server = serve(attack);
                AttackContext context = new AttackContext(port(server));
                HonestProcess honest = new HonestProcess(context.port(), context.tenant("business"))) {
            context.besides(honest);
            attack.prepare(context);
            await(WARM_UP_SECONDS);
            honest.next();
            await(ALONE_SECONDS);
            OptionalInt before = LiveHeap.megabytes(server.pid());
            honest.next();
            int times = TestScale.isLong() ? TIMES_LONG : 1;
            context.begin(attack, attack.seconds() * times, LONGEST_SECONDS * times);
            try {
                attack.run(context);
            } catch (IOException | AssertionError | RuntimeException e) {
                context.fault("the attack itself broke off: " + e);
            }
            HonestProcess.Seen seen = honest.end();
            faults.addAll(context.faults());
            faults.addAll(Verdict.onHonestTenant(seen));
            faults.addAll(attack.judge(seen));
            faults.addAll(Verdict.onAnswers(attack, context.told()));
            OptionalInt after = Verdict.onServer(server, before, attack.heapMegabytesMax(), faults);
            Report.add(attackSuite, seen, context.told(), before, after, faults);
            server.kill();
        }
        assertThat(faults).as("faults beside %s", attackSuite).isEmpty();
    }

    private ServedProcess serve(Attack attack) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(
                "-Xmx256m",
                "-jar",
                System.getProperty("plinth.jar"),
                "serve",
                "--port=0",
                "--webhook-allow=127.0.0.0/8",
                "--admin-token=" + AttackContext.ADMIN_TOKEN,
                "--data=" + directory.resolve("data")));
        arguments.addAll(attack.options());
        return new ServedProcess(directory.resolve("err"), arguments.toArray(String[]::new));
    }

    private static int port(ServedProcess server) {
        return Integer.parseInt(server.base().substring(server.base().lastIndexOf(':') + 1));
    }

    private static void await(int seconds) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (System.nanoTime() < end) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
    }
}
