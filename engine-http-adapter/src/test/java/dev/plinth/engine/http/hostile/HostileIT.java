package dev.plinth.engine.http.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.TestScale;
import dev.plinth.engine.http.PemPair;
import dev.plinth.engine.http.ServedProcess;
import dev.plinth.engine.http.hostile.HonestTenant.Phase;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Attacks the jar, as it is shipped and with 256 MiB of heap, while an honest tenant in a process of its own works and receives webhooks. The
 * honest tenant is refused nothing and loses no webhook, the attacker is told what it ran into, and afterwards the server is well and has
 * its memory back.
 *
 * <p>How long the honest calls take is printed, written to {@code target/hostile-figures.md}, and not judged, because the machine may be busy.
 * A first turn of attack and calls, which does not count, warms the server. Then turns alone and turns beside the attack alternate, each on an
 * idle server: the workspaces of an attack are deleted after its turn. So what else the machine does is in both figures alike. The attacker yields the
 * processors to the server and to the honest tenant ({@link LowPriority}), and calls as fast as the server answers it.
 */
@Timeout(value = 30, unit = TimeUnit.MINUTES)
@Tag("scaled")
@Tag("slow")
class HostileIT {
    private static final int ALONE_MILLIS = 1_800;
    private static final int TURNS = Integer.getInteger("plinth.test.hostile.turns", TestScale.isLong() ? 3 : 1);
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
                AttackContext context = new AttackContext(portOf(server.base()), portOf(server.adminBase()))) {
            Tenant warming = context.tenant("business");
            try (HonestProcess honest =
                    new HonestProcess(context.port(), context.tenant("business"), warming, certificates(attack))) {
                context.besides(honest);
                OptionalInt before = LiveHeap.megabytes(server.pid());
                attack.prepare(context);
                during(Phase.WARM_UP, honest, () -> attack(attack, context));
                context.delete(warming.id());
                context.leave();
                Quiet.await(server.pid());
                Report report = new Report(attackSuite, context.told());
                for (int turn = 0; turn < TURNS; turn++) {
                    Attack next = attackSuite.attack();
                    next.prepare(context);
                    Quiet.await(server.pid());
                    during(Phase.ALONE, honest, () -> await(ALONE_MILLIS));
                    report.begin();
                    during(Phase.BESIDE, honest, () -> attack(next, context));
                    report.end();
                    context.leave();
                    Quiet.await(server.pid());
                }
                HonestProcess.Seen seen = honest.end();
                faults.addAll(context.faults());
                faults.addAll(Verdict.onHonestTenant(seen));
                faults.addAll(attack.judge(seen));
                faults.addAll(Verdict.onAnswers(attack, context.told()));
                OptionalInt after = Verdict.onServer(server, before, attack.heapMegabytesMax(), faults);
                report.add(seen, before, after, faults);
            }
            server.kill();
        }
        assertThat(faults).as("faults beside %s", attackSuite).isEmpty();
    }

    /** A part of a turn. */
    private interface Part {
        void run() throws InterruptedException;
    }

    private static void during(Phase phase, HonestProcess honest, Part part) throws IOException, InterruptedException {
        honest.begin(phase);
        part.run();
        honest.begin(Phase.REST);
    }

    private static void attack(Attack attack, AttackContext context) throws InterruptedException {
        int times = TestScale.isLong() ? TIMES_LONG : 1;
        context.begin(attack, attack.seconds() * times, LONGEST_SECONDS * times);
        context.together(1, only -> {
            LowPriority.ofThisThread();
            do {
                attack.run(context);
            } while (context.goesOn());
        });
    }

    private ServedProcess serve(Attack attack) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of(
                "-Xmx256m",
                // Else the collection before the live heap is measured makes it smaller, and the attack meets another
                // one.
                "-Xms256m",
                "-jar",
                System.getProperty("plinth.jar"),
                "serve",
                "--port=0",
                "--webhook-allow=127.0.0.0/8",
                "--admin-token=" + AttackContext.ADMIN_TOKEN,
                "--data=" + directory.resolve("data")));
        arguments.addAll(attack.options());
        Optional<Path> certificates = certificates(attack);
        if (certificates.isPresent()) {
            Path key = directory.resolve("key.pem");
            PemPair.make(directory, "RSA").write(certificates.get(), key);
            arguments.addAll(List.of("--tls-cert=" + certificates.get(), "--tls-key=" + key, "--admin-port=0"));
        }
        return new ServedProcess(directory.resolve("err"), arguments.toArray(String[]::new));
    }

    private Optional<Path> certificates(Attack attack) {
        return attack.hasTls() ? Optional.of(directory.resolve("chain.pem")) : Optional.empty();
    }

    /** Returns the port of a server's address. */
    static int portOf(String base) {
        return Integer.parseInt(base.substring(base.lastIndexOf(':') + 1));
    }

    private static void await(int millis) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (System.nanoTime() < end) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
    }
}
