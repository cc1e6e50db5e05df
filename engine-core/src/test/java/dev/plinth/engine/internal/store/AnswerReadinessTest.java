package dev.plinth.engine.internal.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.Patience;
import dev.plinth.engine.internal.base.FatalErrors;
import dev.plinth.engine.log.Node;
import dev.plinth.engine.settings.ManualClock;
import dev.plinth.engine.settings.Tables;
import dev.plinth.engine.testkit.SharedMemoryLog;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests the time of answers over a shared log that takes nothing for a while. */
final class AnswerReadinessTest {
    private static final Instant BEGIN = Instant.parse("2025-01-01T00:00:00Z");
    private static final long LATER_MILLIS = 60_000;

    private final ManualClock clock = ManualClock.startingAt(BEGIN);
    private final SharedMemoryLog log = new SharedMemoryLog();
    private final FatalErrors fatalErrors = new FatalErrors();
    private final NodeStore node =
            new NodeStore(TestRows.settings(Tables.HEAP), log, clock, fatalErrors, NodeStore.BYTES_PER_SNAPSHOT);
    private Store store;

    @BeforeEach
    void reign() throws IOException {
        store = node.reign(new Node("a")).orElseThrow();
        store.await(TestRows.put(store, 1, 1));
    }

    @AfterEach
    void close() {
        log.letGo();
        node.close();
        fatalErrors.close();
    }

    @Test
    void answer_whileTheLogTakesNothing_isGivenWithTheTimeAtWhichTheNextReignBegins() {
        log.hold();
        long held = TestRows.put(store, 2, 2);
        clock.advance(Duration.ofMillis(LATER_MILLIS));

        long next = BEGIN.toEpochMilli() + AnswerReadiness.LEAD_MILLIS;
        Patience.until(() -> store.answers().nowMillis() == next);
        store.answers().await(0, next);

        assertThat(store.committed()).isLessThan(held);
    }

    @Test
    void answer_thatShowsALaterTime_waitsForARecordOfThatTime() {
        clock.advance(Duration.ofMillis(LATER_MILLIS));
        log.hold();
        long shown = store.answers().nowMillis();
        CompletableFuture<Void> ready = store.answers().whenReady(0, shown);

        assertThat(shown).isEqualTo(BEGIN.toEpochMilli() + LATER_MILLIS);
        assertThat(ready).isNotDone();
        log.letGo();
        ready.join();
        assertThat(store.committed()).isEqualTo(store.lastSequence());
    }

    @Test
    void time_onceTheLogTakesRecordsAgain_goesOn() {
        log.hold();
        long held = TestRows.put(store, 2, 2);
        clock.advance(Duration.ofMillis(LATER_MILLIS));
        log.letGo();
        store.await(held);

        long shown = store.answers().nowMillis();
        store.answers().await(0, shown);

        assertThat(shown).isEqualTo(BEGIN.toEpochMilli() + LATER_MILLIS);
    }
}
