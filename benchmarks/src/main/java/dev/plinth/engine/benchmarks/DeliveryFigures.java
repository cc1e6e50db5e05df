package dev.plinth.engine.benchmarks;

import dev.plinth.engine.Engine;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.settings.Durability;
import dev.plinth.engine.settings.Tables;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Measures how many webhooks a second one receiver gets: signed, each attempt recorded, all of it durable. The receiver
 * is a {@link BareReceiver} in another process on the same processors.
 */
final class DeliveryFigures {
    /** The question that makes a process the receiver. */
    static final String RECEIVER = "receiver";

    private static final int ROOM = 3_000_000;
    private static final int PER_SECOND = 10_000;
    private static final long WARM_UP_MILLIS = 20_000;
    private static final long MILLIS = 10_000;
    private static final int WAITING_MAX = 4_096;
    private static final long BACKLOG = 100_000;
    private static final int PUBLISHED_AT_ONCE = 256;
    private static final int OPEN_CALLS = 1_024;
    private static final int CREATED = 201;
    private static final int PART_LEFT = 10;

    private DeliveryFigures() {}

    /** Measures with the files in this directory. */
    static void run(Path directory) throws IOException, InterruptedException {
        for (Durability durability : List.of(Durability.FSYNC, Durability.OS)) {
            measure(directory.resolve(durability.name()), durability);
        }
    }

    private static void measure(Path directory, Durability durability) throws IOException, InterruptedException {
        String name = "webhooks " + durability;
        try (Receiver receiver = new Receiver();
                BenchedEngine bench = new BenchedEngine(
                        Engine.builder()
                                .directory(directory)
                                .durability(durability)
                                .tables(Tables.OFF_HEAP)
                                .maxResources(ROOM)
                                .webhookAllow("127.0.0.0/8")
                                .webhookHostRate("127.0.0.1:" + receiver.port, PER_SECOND),
                        1)) {
            bench.call(
                    Call.of("POST", "/v1/webhook-endpoints")
                            .withKey(bench.secret(0))
                            .withBody(Json.of("{\"url\":\"http://127.0.0.1:" + receiver.port + "/\",\"maxPerSecond\":"
                                    + PER_SECOND + "}")),
                    CREATED);
            Published published = new Published(bench, receiver);
            published.publishFor(Figures.length(WARM_UP_MILLIS));
            Figures.print(name + " while published", published.publishFor(Figures.length(MILLIS)), "1/s");
            published.sendBacklog(name + " of a backlog", Figures.length(BACKLOG));
        }
    }

    private static double perSecond(long count, long sinceNanos) {
        return count * (double) TimeUnit.SECONDS.toNanos(1) / (System.nanoTime() - sinceNanos);
    }

    /** The events of a workspace, one webhook for each. */
    private static final class Published {
        private final BenchedEngine bench;
        private final Receiver receiver;
        private final Semaphore open = new Semaphore(OPEN_CALLS);
        private long count;

        Published(BenchedEngine bench, Receiver receiver) {
            this.bench = bench;
            this.receiver = receiver;
        }

        private void publish(long events) {
            for (long i = 0; i < events; i++) {
                open.acquireUninterruptibly();
                bench.submit(bench.publish(0), CREATED).whenComplete((reply, failure) -> open.release());
            }
            count += events;
        }

        private long waiting() throws IOException {
            return count - receiver.count();
        }

        /** Keeps some events waiting, and returns how many webhooks arrived in a second. */
        double publishFor(long millis) throws IOException, InterruptedException {
            long since = System.nanoTime();
            long before = receiver.count();
            while (System.nanoTime() - since < TimeUnit.MILLISECONDS.toNanos(millis)) {
                if (waiting() < WAITING_MAX) {
                    publish(PUBLISHED_AT_ONCE);
                } else {
                    Thread.sleep(1);
                }
            }
            return perSecond(receiver.count() - before, since);
        }

        /**
         * Publishes many events, and measures how many webhooks a second arrive from then on, nearly to the end. The
         * time of the processors says more than that on a machine that is busy with other work.
         */
        void sendBacklog(String name, long events) throws IOException, InterruptedException {
            publish(events);
            open.acquireUninterruptibly(OPEN_CALLS);
            long since = System.nanoTime();
            long before = receiver.count();
            Duration ownTime = time(ProcessHandle.current());
            Duration receiverTime = time(receiver.process.toHandle());
            long last = waiting() / PART_LEFT;
            while (waiting() > last) {
                Thread.sleep(1);
            }
            long sent = receiver.count() - before;
            Figures.print(name, perSecond(sent, since), "1/s");
            printEach(name + " sender", time(ProcessHandle.current()).minus(ownTime), sent);
            printEach(name + " receiver", time(receiver.process.toHandle()).minus(receiverTime), sent);
        }

        private static Duration time(ProcessHandle process) {
            return process.info().totalCpuDuration().orElse(Duration.ZERO);
        }

        private static void printEach(String name, Duration processors, long count) {
            Figures.print(name, processors.toNanos() / (double) TimeUnit.MICROSECONDS.toNanos(count), "µs");
        }
    }

    /** The process of the receiver. */
    private static final class Receiver implements AutoCloseable {
        private final Process process = new ProcessBuilder(ChildJvm.command(List.of("-Xmx256m"), RECEIVER))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        private final BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        private final OutputStream questions = process.getOutputStream();
        private final int port = Integer.parseInt(lines.readLine());

        Receiver() throws IOException {}

        /** Returns how many webhooks it has answered. */
        long count() throws IOException {
            questions.write('\n');
            questions.flush();
            return Long.parseLong(lines.readLine());
        }

        @Override
        public void close() {
            process.destroy();
        }
    }
}
