package dev.plinth.engine;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Tells what goes wrong in a {@link SmallFilesServer} before it ends. The test draws it, and the server does it on order. */
public enum ServerFault {
    /** Nothing. */
    NONE(false),
    /** The wall clock is wrong from the start of the server on. */
    CLOCK_AT_START(false),
    /** The wall clock is put wrong, and right again after a time that passes faster than it is. */
    CLOCK_STEP(false),
    /** An allocation of the store fails, one time. Readers make the most of them, so it may be one of a commit alone. */
    MEMORY(true),
    /** The host takes all file descriptors. */
    DESCRIPTORS(true),
    /** The file of the lock is removed, and a second process opens the directory. */
    LOCK(true);

    /** Gives the server the fault of its life. */
    public static final String PROPERTY = "plinth.test.fault";
    /** Gives it the error of its clock at the start. */
    public static final String CLOCK = "plinth.test.clock";

    /** Gives it the beginning of the names of classes of which an allocation fails. */
    static final String ROOM = "plinth.test.room";

    private static final String STORE = "dev.plinth.engine.internal.store.";
    private static final List<String> ROOMS = List.of(STORE, STORE + "log.", STORE + "Transaction", STORE + "InFlight");
    private static final int ALLOCATIONS_MAX = 400;
    private static final int WRONG_SECONDS_MIN = 30;
    private static final int WRONG_SECONDS_MAX = 7_200;
    /** Leases have an hour, and a part of it is over before. */
    private static final int LEASE_SECONDS = 3_000;

    private static final int PIECES = 40;
    private static final long PIECE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final List<Duration> ERRORS = List.of(
            Duration.ofHours(48),
            Duration.ofHours(2),
            Duration.ofMinutes(10),
            Duration.ofSeconds(30),
            Duration.ofSeconds(-30),
            Duration.ofHours(-2),
            Duration.ofHours(-48));

    private final boolean refuses;

    ServerFault(boolean refuses) {
        this.refuses = refuses;
    }

    /** Returns whether the server may refuse calls from then on. */
    public boolean refuses() {
        return refuses;
    }

    /** Draws the flags of the JVM. */
    public List<String> flags(Random random) {
        Duration wrong = this == CLOCK_AT_START ? error(random) : Duration.ZERO;
        String room = ROOMS.get(random.nextInt(ROOMS.size()));
        return List.of("-D" + PROPERTY + "=" + this, "-D" + CLOCK + "=" + wrong, "-D" + ROOM + "=" + room);
    }

    /** Draws the line that orders the fault. */
    public String order(Random random) {
        return switch (this) {
            case NONE, CLOCK_AT_START, LOCK -> name();
            case CLOCK_STEP ->
                name() + " " + error(random) + " "
                        + (WRONG_SECONDS_MIN + random.nextInt(WRONG_SECONDS_MAX - WRONG_SECONDS_MIN));
            case MEMORY -> name() + " " + (1 + random.nextInt(ALLOCATIONS_MAX));
            case DESCRIPTORS -> name();
        };
    }

    /** Returns whether a fault lets so much time pass that a lease of an hour may end. */
    public static boolean endsLeases(String order) {
        String[] words = order.split(" ");
        return valueOf(words[0]) == CLOCK_STEP && Long.parseLong(words[2]) > LEASE_SECONDS;
    }

    private static Duration error(Random random) {
        return ERRORS.get(random.nextInt(ERRORS.size()));
    }

    /**
     * Does in the server as the line says.
     *
     * @param struck is called as soon as the engine meets the fault
     */
    static void obey(String line, ShiftedClock clock, Path directory, Runnable struck) throws IOException {
        String[] words = line.split(" ");
        switch (valueOf(words[0])) {
            case NONE -> {}
            case CLOCK_AT_START -> clock.atWrongTime(struck);
            case CLOCK_STEP -> {
                clock.atWrongTime(struck);
                stepClock(clock, Duration.parse(words[1]), Duration.ofSeconds(Long.parseLong(words[2])));
            }
            case MEMORY ->
                AllocationFault.armAll(Long.parseLong(words[1]), () -> {
                    struck.run();
                    return new OutOfMemoryError("planted by a test");
                });
            case DESCRIPTORS -> {
                Thread hungry = new Thread(() -> takeDescriptors(struck), "hungry");
                hungry.setDaemon(true);
                hungry.start();
            }
            case LOCK -> Files.delete(directory.resolve("LOCK")); // and strikes when another process opens
        }
    }

    private static void stepClock(ShiftedClock clock, Duration error, Duration lasts) {
        clock.step(error);
        for (int i = 0; i < PIECES; i++) {
            clock.pass(lasts.dividedBy(PIECES));
            LockSupport.parkNanos(PIECE_NANOS);
        }
        clock.step(error.negated());
    }

    private static void takeDescriptors(Runnable struck) {
        List<FileInputStream> taken = new ArrayList<>();
        boolean wereThere = true;
        while (true) {
            try {
                taken.add(new FileInputStream("/dev/null"));
            } catch (IOException full) {
                if (wereThere) {
                    struck.run();
                }
                wereThere = false;
                LockSupport.parkNanos(PIECE_NANOS); // and takes what others give back
            }
        }
    }
}
