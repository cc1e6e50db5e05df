package dev.plinth.engine.internal.idempotency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.History;
import dev.plinth.engine.TestScale;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever several threads do under one key looks as if they had come one by one; a key with a race is found out. */
@Timeout(120)
class KeyHistoryTest {
    private static final int THREADS = 4;
    private static final int CALLS = 3;
    private static final int ROUNDS = TestScale.count(20_000);
    private static final int ROUNDS_TO_FIND = 20_000;
    private static final String EXPIRE = "expire";

    private final long seed = TestScale.seed();
    private final ExecutorService pool = Executors.newFixedThreadPool(THREADS);

    @AfterEach
    void close() {
        pool.shutdownNow();
    }

    @Test
    void calls_underOneKeyWithFailuresAndExpiry_areAsIfOneByOne() throws Exception {
        RealKey key = new RealKey();
        String violation = violation(
                () -> {
                    key.next();
                    return key;
                },
                key::expire,
                ROUNDS);
        assertThat(violation).as(TestScale.repeatWith(seed)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void calls_brokenOnPurpose_areFoundOut(KeyDoor.Broken broken) throws Exception {
        assertThat(violation(broken::open, null, ROUNDS_TO_FIND))
                .as("%s; %s", broken, TestScale.repeatWith(seed))
                .isNotEmpty();
    }

    /** The first history that no order of its calls explains; empty if there is none. */
    private String violation(Supplier<KeyDoor> doors, Runnable expire, int rounds) throws Exception {
        for (int round = 0; round < rounds; round++) {
            KeyDoor door = doors.get();
            History history = new History();
            long roundSeed = seed + round;
            history.by(pool, THREADS, thread -> {
                Random random = new Random(roundSeed * THREADS + thread);
                if (thread == 0 && expire != null && random.nextInt(4) == 0) {
                    history.call(EXPIRE, () -> done(expire));
                }
                live(door, history, random, "answer of " + thread);
            });
            if (!history.isAsIfOneByOne(new Key("", "", ""), KeyHistoryTest::after)) {
                return history.toString();
            }
        }
        return "";
    }

    private static void live(KeyDoor door, History history, Random random, String answer) {
        for (int i = 0; i < CALLS; i++) {
            String request = random.nextInt(3) == 0 ? "other" : "request";
            String told = history.call(List.of("begin", request), () -> door.begin(request));
            if (told.equals(KeyDoor.FRESH)) {
                boolean fails = random.nextInt(3) == 0;
                String mine = answer + " " + i;
                if (!fails) {
                    history.call(List.of("remember", request, mine), () -> done(() -> door.remember(request, mine)));
                }
                history.call(List.of("end"), () -> done(() -> door.end(request)));
            }
        }
    }

    private static String done(Runnable work) {
        work.run();
        return "done";
    }

    /** What a key is when calls come one by one. */
    private static Key after(Key key, Object call, Object answer) {
        if (call.equals(EXPIRE)) {
            return new Key(key.runs, "", "");
        }
        List<?> words = (List<?>) call;
        return switch ((String) words.get(0)) {
            case "begin" -> key.begun((String) words.get(1), (String) answer);
            case "remember" -> new Key(key.runs, (String) words.get(1), (String) words.get(2));
            default -> new Key("", key.request, key.answer);
        };
    }

    /** What runs under it, and which answer of which request is remembered; empty for none. */
    private record Key(String runs, String request, String answer) {
        Key begun(String wanted, String told) {
            String expected;
            if (!runs.isEmpty()) {
                expected = runs.equals(wanted) ? KeyDoor.IN_USE : KeyDoor.MISMATCH;
            } else if (!request.isEmpty()) {
                expected = request.equals(wanted) ? answer : KeyDoor.MISMATCH;
            } else {
                expected = KeyDoor.FRESH;
            }
            boolean starts = expected.equals(KeyDoor.FRESH);
            return !told.equals(expected) ? null : starts ? new Key(wanted, request, answer) : this;
        }
    }
}
