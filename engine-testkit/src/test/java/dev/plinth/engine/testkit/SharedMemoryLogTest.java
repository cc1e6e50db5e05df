package dev.plinth.engine.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.log.Batch;
import dev.plinth.engine.log.Fate;
import dev.plinth.engine.log.Node;
import dev.plinth.engine.log.Reign;
import dev.plinth.engine.log.SharedLog;
import dev.plinth.engine.settings.ManualClock;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Tests that the log in memory keeps the promises of a shared log, with leases by a manual clock. */
class SharedMemoryLogTest extends SharedLogContract {
    private static final Duration LEASE = Duration.ofSeconds(3);
    private static final Node ONE = new Node("one");
    private static final Node OTHER = new Node("other");

    private final ManualClock clock = ManualClock.startingAt(Instant.parse("2026-01-01T00:00:00Z"));
    private final SharedMemoryLog log = new SharedMemoryLog(0, clock::nanoTime, LEASE);
    private final SharedLog first = log.connect();
    private final SharedLog second = log.connect();

    @Override
    protected SharedLog first() {
        return first;
    }

    @Override
    protected SharedLog second() {
        return second;
    }

    @Override
    protected void endLease() {
        clock.advance(LEASE);
    }

    @Test
    void lease_byTheClock_lapsesAfterItsLengthSinceTheLastBeatOrAppend() {
        Reign reign = log.reign(ONE).orElseThrow();
        clock.advance(LEASE.minusMillis(1));
        assertThat(log.beat(reign, 0)).isTrue();
        clock.advance(LEASE.minusMillis(1));
        assertThat(log.append(reign, batch(reign.epoch(), 1, 1))).isEqualTo(Fate.DURABLE);
        clock.advance(LEASE.minusMillis(1));
        assertThat(log.reign(OTHER)).isEmpty();

        clock.advance(Duration.ofMillis(1));

        assertThat(log.confirm(reign)).isTrue();
        assertThat(log.reign(OTHER)).isPresent();
        assertThat(log.confirm(reign)).isFalse();
        assertThat(reign.beat()).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void lease_ofALogWithoutClock_endsOnlyIfTheTestEndsIt() {
        SharedMemoryLog endless = new SharedMemoryLog();
        Reign reign = endless.reign(ONE).orElseThrow();
        assertThat(endless.reign(OTHER)).isEmpty();

        endless.expireLease();

        assertThat(endless.confirm(reign)).isTrue();
        assertThat(endless.reign(OTHER)).isPresent();
    }

    @Test
    void fencedBatch_thatIsKept_isReadBehindThoseOfTheLaterReign() throws IOException {
        log.keepFenced(true);
        Reign earlier = log.reign(ONE).orElseThrow();
        Batch one = batch(earlier.epoch(), 1, 2);
        assertThat(log.append(earlier, one)).isEqualTo(Fate.DURABLE);
        endLease();
        Reign later = log.reign(OTHER).orElseThrow();
        assertThat(log.append(earlier, batch(earlier.epoch(), 3, 3))).isEqualTo(Fate.FENCED);
        Batch two = batch(later.epoch(), 3, 5);
        assertThat(log.append(later, two)).isEqualTo(Fate.DURABLE);
        Batch stale = batch(earlier.epoch(), 3, 4);
        assertThat(log.append(earlier, stale)).isEqualTo(Fate.FENCED);
        assertThat(log.append(earlier, batch(earlier.epoch(), 3, 6))).isEqualTo(Fate.FENCED);
        Batch three = batch(later.epoch(), 6, 6);
        assertThat(log.append(later, three)).isEqualTo(Fate.DURABLE);

        assertThat(log.read(later, 0, Integer.MAX_VALUE)).containsExactly(one, two, stale, three);
        assertThat(log.read(later, 5, Integer.MAX_VALUE)).containsExactly(three);
        assertThat(log.follow(2, Integer.MAX_VALUE)).containsExactly(two, stale);
        assertThat(log.resolve(earlier, 3)).isEqualTo(Fate.FENCED);
    }

    @Test
    void batch_thatIsLost_isThereUntilTheNextReignAndShownOnlyIfNamed() throws IOException {
        Reign earlier = log.reign(ONE).orElseThrow();
        Batch one = batch(earlier.epoch(), 1, 2);
        Batch two = batch(earlier.epoch(), 3, 4);
        assertThat(log.append(earlier, one)).isEqualTo(Fate.DURABLE);
        log.failAppend(1, SharedMemoryLog.AppendFault.UNKNOWN_AND_LOST);
        assertThat(log.append(earlier, two)).isEqualTo(Fate.UNKNOWN);
        assertThat(log.follow(0, Integer.MAX_VALUE)).containsExactly(one);
        assertThat(log.beat(earlier, 4)).isTrue();
        assertThat(log.follow(0, Integer.MAX_VALUE)).containsExactly(one, two);
        endLease();

        Reign later = log.reign(OTHER).orElseThrow();

        assertThat(log.read(later, 0, Integer.MAX_VALUE)).containsExactly(one);
        assertThat(log.resolve(earlier, 3)).isEqualTo(Fate.FENCED);
    }

    @Test
    void lostBatch_thatIsResolved_isFenced() throws IOException {
        Reign reign = log.reign(ONE).orElseThrow();
        log.failAppend(1, SharedMemoryLog.AppendFault.UNKNOWN_AND_LOST);
        assertThat(log.append(reign, batch(reign.epoch(), 1, 1))).isEqualTo(Fate.UNKNOWN);

        assertThat(log.resolve(reign, 1)).isEqualTo(Fate.FENCED);

        assertThat(log.confirm(reign)).isFalse();
        Reign later = log.reign(OTHER).orElseThrow();
        assertThat(log.read(later, 0, Integer.MAX_VALUE)).isEmpty();
    }

    @Test
    void lease_thatIsTooShort_isRefused() {
        assertThatThrownBy(() -> new SharedMemoryLog(0, clock::nanoTime, Duration.ofMillis(2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("A lease must be 3 ms or longer, got PT0.002S. Take some seconds.");
    }

    private static Batch batch(long epoch, long position, long last) {
        return new Batch(position, last, epoch, 0, 0, new byte[0]);
    }
}
