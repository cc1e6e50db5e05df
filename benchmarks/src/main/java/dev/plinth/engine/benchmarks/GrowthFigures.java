package dev.plinth.engine.benchmarks;

import com.sun.management.GarbageCollectionNotificationInfo;
import dev.plinth.engine.Engine;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.management.NotificationEmitter;
import javax.management.openmbean.CompositeData;
import org.HdrHistogram.Histogram;

/**
 * Measures what grows with the store: the pauses of the collector while a million resources come, and the time of a create
 * among many workspaces. Rows are on the heap, and the collector is the one that the JVM chooses.
 */
final class GrowthFigures {
    private static final int CREATES = 1_000_000;
    private static final int ROOM = 4_000_000;
    private static final int WARM_UP = 400_000;
    private static final int MANY_WORKSPACES = 1 << 17;
    private static final int TURNS = 12;
    private static final int WARM_TURNS = 4;
    private static final int CREATES_PER_TURN = 60_000;

    private final AtomicLong longestPauseMillis = new AtomicLong();

    private GrowthFigures() {}

    static void run() {
        GrowthFigures figures = new GrowthFigures();
        figures.million();
        figures.workspaces();
    }

    private void million() {
        try (BenchedEngine warm = new BenchedEngine(Engine.builder().inMemory().maxResources(ROOM))) {
            create(warm, 0, (int) Figures.length(WARM_UP), Load.histogram());
        }
        try (BenchedEngine engine =
                new BenchedEngine(Engine.builder().inMemory().maxResources(ROOM))) {
            System.gc(); // the garbage of the warm-up is old from now on
            listen();
            Histogram nanos = Load.histogram();
            int creates = (int) Figures.length(CREATES);
            long began = System.nanoTime();
            create(engine, 0, creates, nanos);
            double seconds = (System.nanoTime() - began) / (double) TimeUnit.SECONDS.toNanos(1);
            Figures.print("million creates", creates / seconds, "1/s");
            Figures.print("million creates longest pause", 1_000.0 * longestPauseMillis.get(), "µs");
            Figures.print("million creates", nanos, 50, 99, 99.9, 100);
        }
    }

    /** Takes turns, so that both engines meet the same moments of the machine. */
    private void workspaces() {
        int many = (int) Figures.length(MANY_WORKSPACES);
        int workspaces = Integer.highestOneBit(many);
        try (BenchedEngine one = new BenchedEngine(Engine.builder().inMemory().maxResources(ROOM), 1);
                BenchedEngine all =
                        new BenchedEngine(Engine.builder().inMemory().maxResources(ROOM), workspaces)) {
            Histogram ofOne = Load.histogram();
            Histogram ofAll = Load.histogram();
            int creates = (int) Figures.length(CREATES_PER_TURN);
            for (int turn = 0; turn < TURNS; turn++) {
                if (turn == WARM_TURNS) {
                    ofOne.reset();
                    ofAll.reset();
                }
                create(one, turn * creates, creates, ofOne);
                create(all, turn * creates, creates, ofAll);
            }
            Figures.print("workspaces 1 create", ofOne, 50, 99);
            Figures.print("workspaces many create", ofAll, 50, 99);
        }
    }

    private static void create(BenchedEngine engine, int first, int creates, Histogram nanos) {
        for (int i = 0; i < creates; i++) {
            long began = System.nanoTime();
            var unused = engine.call(engine.create(first + i), 201);
            nanos.recordValue(System.nanoTime() - began);
        }
    }

    /** Notes the longest pause. Cycles go on beside the program. JDK 17 tells nothing of the remark and cleanup of G1. */
    private void listen() {
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            if (!collector.getName().contains("Cycles")) {
                ((NotificationEmitter) collector)
                        .addNotificationListener(
                                (notification, handback) -> longestPauseMillis.accumulateAndGet(
                                        GarbageCollectionNotificationInfo.from(
                                                        (CompositeData) notification.getUserData())
                                                .getGcInfo()
                                                .getDuration(),
                                        Math::max),
                                null,
                                null);
            }
        }
    }
}
