package dev.plinth.engine.internal.idempotency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.CallHistory;
import dev.plinth.engine.TestScale;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever several threads do under one key looks as if they had come one by one; a key with a race is found out. */
@Tag("portable")
@Timeout(3600)
@Tag("scaled")
class KeyHistoryTest {
    private static final int THREADS = 4;
    private static final int CALLS = 3;
    private static final int ROUNDS = TestScale.count(20_000);
    private static final int ROUNDS_TO_FIND = 20_000_000;
    private static final int ROUNDS_OF_JOURNALS = TestScale.count(5_000);
    private static final int DISTURBED_ONE_IN = 6;
    private static final String DISTURB = "disturb";

    private final long seed = TestScale.seed();
    private final ExecutorService pool = Executors.newFixedThreadPool(THREADS);

    @AfterEach
    void close() {
        pool.shutdownNow();
    }

    @Test
    void calls_underOneKeyWithFailuresAndExpiry_areAsIfOneByOne() throws Exception {
        EngineKey key = EngineKey.expiring();
        assertThat(violation(key::next, ROUNDS)).as(TestScale.repeatWith(seed)).isEmpty();
    }

    @Test
    void calls_journalLosesWhatWasRemembered_areAsIfOneByOne() throws Exception {
        assertThat(violation(EngineKey::losing, ROUNDS_OF_JOURNALS))
                .as(TestScale.repeatWith(seed))
                .isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void calls_brokenOnPurpose_areFoundOut(KeyUnderTest.Broken broken) throws Exception {
        assertThat(violation(broken::open, ROUNDS_TO_FIND))
                .as("%s; %s", broken, TestScale.repeatWith(seed))
                .isNotEmpty();
    }

    /** The first history that no order of its calls explains; empty if there is none. */
    private String violation(Supplier<? extends KeyUnderTest> doors, int rounds) throws Exception {
        for (int round = 0; round < rounds; round++) {
            KeyUnderTest door = doors.get();
            CallHistory history = new CallHistory();
            long roundSeed = seed + round;
            history.by(pool, THREADS, thread -> {
                Random random = new Random(roundSeed * THREADS + thread);
                live(door, history, random, thread);
            });
            boolean isOneByOne = history.isAsIfOneByOne(
                    new Key("", "", "", false), (key, call, answer) -> after(door, key, call, answer));
            door.close();
            if (!isOneByOne) {
                return history.toString();
            }
        }
        return "";
    }

    private static void live(KeyUnderTest door, CallHistory history, Random random, int thread) {
        for (int i = 0; i < CALLS; i++) {
            if (thread == 0 && random.nextInt(DISTURBED_ONE_IN) == 0) {
                history.call(DISTURB, () -> done(door::disturb));
            }
            String request = random.nextInt(3) == 0 ? "other" : "request";
            String told = history.call(List.of("begin", request), () -> door.begin(request));
            if (told.equals(KeyUnderTest.FRESH)) {
                boolean fails = random.nextInt(3) == 0;
                String mine = "answer " + i + " of " + thread;
                if (!fails) {
                    history.call(List.of("remember", request, mine), () -> door.remember(request, mine));
                }
                history.call(List.of("end"), () -> done(() -> door.end(request)));
            }
        }
    }

    private static String done(Runnable work) {
        work.run();
        return "done";
    }

    /** Tells what a key is when calls come one by one. */
    private static Key after(KeyUnderTest door, Key key, Object call, Object answer) {
        if (call.equals(DISTURB)) {
            return door.forgets() ? new Key(key.runs, "", "", key.lost || door.losesForGood()) : key;
        }
        List<?> words = (List<?>) call;
        return switch ((String) words.get(0)) {
            case "begin" -> key.begun((String) words.get(1), (String) answer);
            case "remember" ->
                answer.equals(key.lost) ? null : key.remembered((String) words.get(1), (String) words.get(2));
            default -> new Key("", key.request, key.answer, key.lost);
        };
    }

    /** Holds what runs under it, and which answer of which request is remembered; empty for none. Lost: nothing will be any more. */
    private record Key(String runs, String request, String answer, boolean lost) {
        Key remembered(String asked, String told) {
            return lost ? this : new Key(runs, asked, told, false);
        }

        Key begun(String wanted, String told) {
            String expected;
            if (!runs.isEmpty()) {
                expected = runs.equals(wanted) ? KeyUnderTest.IN_USE : KeyUnderTest.MISMATCH;
            } else if (!request.isEmpty()) {
                expected = request.equals(wanted) ? answer : KeyUnderTest.MISMATCH;
            } else {
                expected = KeyUnderTest.FRESH;
            }
            boolean starts = expected.equals(KeyUnderTest.FRESH);
            return !told.equals(expected) ? null : starts ? new Key(wanted, request, answer, lost) : this;
        }
    }
}
