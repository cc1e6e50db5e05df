package dev.plinth.engine.http.hostile;

import dev.plinth.engine.http.RawReply;
import dev.plinth.engine.http.ServedProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Says what must not be so after an attack. */
final class Verdict {
    private static final String NONE = "{}";

    /** How long a connection that was cut may keep its memory: the server's own deadlines are up to thirty seconds, and a machine may be slow. */
    private static final int MEMORY_SECONDS = 120;

    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

    private Verdict() {}

    static List<String> onHonestTenant(HonestProcess.Seen seen) {
        List<String> faults = new ArrayList<>();
        if (!seen.refused().equals(NONE)) {
            faults.add("the honest tenant was refused: " + seen.refused());
        }
        if (!seen.aloneRefused().equals(NONE)) {
            faults.add("the honest tenant was refused before the attack: " + seen.aloneRefused());
        }
        if (seen.lost() != 0) {
            faults.add("webhooks of the honest tenant that did not come: " + seen.lost());
        }
        return faults;
    }

    static List<String> onAnswers(Attack attack, AnswerCounts answerCounts) {
        List<String> faults = new ArrayList<>();
        if (!attack.refusals().isEmpty() && !answerCounts.hasAny(attack.refusals())) {
            faults.add("the attacker was told none of " + attack.refusals() + ", but " + answerCounts);
        }
        if (answerCounts.count("500") > 0) {
            faults.add("the attacker was answered 500: " + answerCounts);
        }
        return faults;
    }

    /** Adds what is wrong with a server, and returns the MiB that live on its heap. */
    static OptionalInt onServer(ServedProcess server, OptionalInt before, int growthMax, List<String> faults)
            throws IOException {
        if (!server.isAlive()) {
            faults.add("the process of the server has ended: " + server.said());
            return OptionalInt.empty();
        }
        int port = HostileIT.portOf(server.adminBase());
        for (String path : List.of("/health/live", "/health/ready")) {
            try (AttackConnection caller = new AttackConnection(port, InetAddress.getLoopbackAddress(), "")) {
                RawReply reply = caller.get(path);
                if (reply.status() != 200) {
                    faults.add(path + " says " + reply.status() + " " + reply.text());
                }
            } catch (IOException e) {
                faults.add(path + " does not answer: " + e.getMessage());
            }
        }
        if (server.said().contains("OutOfMemoryError")) {
            faults.add("the server ran out of memory");
        }
        return memory(server, before, growthMax, faults);
    }

    private static OptionalInt memory(ServedProcess server, OptionalInt before, int growthMax, List<String> faults)
            throws IOException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(MEMORY_SECONDS);
        while (true) {
            OptionalInt after = LiveHeap.megabytes(server.pid());
            if (after.isPresent() && before.isPresent() && after.getAsInt() <= before.getAsInt() + growthMax) {
                return after;
            }
            if (after.isEmpty() || System.nanoTime() > end) {
                faults.add("live MiB on the heap: " + before + " before the attack and " + after + " after it");
                return after;
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }
}
