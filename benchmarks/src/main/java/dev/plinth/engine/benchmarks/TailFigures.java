package dev.plinth.engine.benchmarks;

import dev.plinth.engine.Engine;
import dev.plinth.engine.http.EngineServer;
import dev.plinth.engine.settings.Durability;
import dev.plinth.engine.settings.Tables;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Measures what a live tail of 1,000 events a second takes from the engine. A caller creates resources, in turns with
 * and without a {@link StreamFollower}. The events are published in both.
 */
final class TailFigures {
    /** The question that makes a process the follower. */
    static final String FOLLOWER = "follower";

    private static final int TURNS = 5;
    private static final int TICK_MILLIS = 10;
    private static final int EVENTS_PER_TICK = 10;
    private static final long WARM_UP_MILLIS = 10_000;
    private static final long MILLIS = 4_000;
    private static final int ROOM = 4_000_000;
    private static final int CREATED = 201;
    private static final int TAIL = 1;
    private static final double PART_SEEN = 0.9;

    private final BenchedEngine bench;
    private final AtomicLong published = new AtomicLong();
    private int creates;

    private TailFigures(BenchedEngine bench) {
        this.bench = bench;
    }

    /** Measures with the files in this directory. */
    static void run(Path directory) throws IOException, InterruptedException {
        ScheduledExecutorService publisher = Executors.newSingleThreadScheduledExecutor();
        try (BenchedEngine bench = new BenchedEngine(
                        Engine.builder()
                                .directory(directory)
                                .durability(Durability.OS)
                                .tables(Tables.OFF_HEAP)
                                .maxResources(ROOM),
                        2);
                EngineServer server =
                        EngineServer.builder(bench.engine()).port(0).start()) {
            TailFigures figures = new TailFigures(bench);
            ScheduledFuture<?> unused =
                    publisher.scheduleAtFixedRate(figures::publish, 0, TICK_MILLIS, TimeUnit.MILLISECONDS);
            figures.turns(server.port());
        } finally {
            publisher.shutdownNow();
        }
    }

    private void publish() {
        for (int i = 0; i < EVENTS_PER_TICK; i++) {
            bench.call(bench.publish(TAIL), CREATED);
            published.incrementAndGet();
        }
    }

    private void turns(int port) throws IOException, InterruptedException {
        List<Double> without = new ArrayList<>();
        List<Double> with = new ArrayList<>();
        double unused = perSecond(WARM_UP_MILLIS);
        for (int i = 0; i < TURNS; i++) {
            without.add(perSecond(MILLIS));
            try (Follower follower = new Follower(port, bench.secret(TAIL))) {
                follower.awaitFirst();
                long began = published.get();
                long seen = follower.count();
                with.add(perSecond(MILLIS));
                long expected = published.get() - began;
                if (follower.count() - seen < PART_SEEN * expected) {
                    throw new IllegalStateException(
                            "Expected " + expected + " events in the tail, but it had " + (follower.count() - seen));
                }
            }
        }
        Figures.print("creates without a tail", middle(without), "1/s");
        Figures.print("creates beside a tail", middle(with), "1/s");
    }

    private static double middle(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    private double perSecond(long millis) {
        long nanos = TimeUnit.MILLISECONDS.toNanos(Figures.length(millis));
        long since = System.nanoTime();
        int before = creates;
        while (System.nanoTime() - since < nanos) {
            creates++;
            bench.call(bench.createWithoutKey(0), CREATED);
        }
        return (creates - before) * (double) TimeUnit.SECONDS.toNanos(1) / (System.nanoTime() - since);
    }

    /** The process of the follower. */
    private static final class Follower implements AutoCloseable {
        private final Process process;
        private final BufferedReader lines;
        private final OutputStream questions;

        Follower(int port, String key) throws IOException {
            process = new ProcessBuilder(ChildJvm.command(List.of("-Xmx64m"), FOLLOWER, String.valueOf(port), key))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
            questions = process.getOutputStream();
        }

        long count() throws IOException {
            questions.write('\n');
            questions.flush();
            return Long.parseLong(lines.readLine());
        }

        void awaitFirst() throws IOException, InterruptedException {
            while (count() < EVENTS_PER_TICK) {
                Thread.sleep(TICK_MILLIS);
            }
        }

        @Override
        public void close() throws IOException {
            process.destroy();
        }
    }
}
