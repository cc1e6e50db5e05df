package dev.plinth.engine.internal.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.MachineClock;
import dev.plinth.engine.TestScale;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A time that goes on by the monotonic clock, and believes the wall clock only what has lasted. */
@Tag("scaled")
class SteadyTimeTest {
    private static final long START = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();
    private static final Duration LASTS = Duration.ofSeconds(30);
    private static final Duration TWO_DAYS = Duration.ofHours(48);

    private final MachineClock clock = MachineClock.startingAt(Instant.ofEpochMilli(START));
    private final SteadyTime time = new SteadyTime(clock, LASTS.toMillis(), START);

    @Test
    void millis_clockThatGoesRight_areThoseOfTheWallClock() {
        Random random = new Random(TestScale.seed());
        for (int i = 0; i < 10_000; i++) {
            clock.pass(Duration.ofNanos(random.nextInt(3) * 1_000_000L));
            assertThat(time.millis()).isEqualTo(clock.epochMillis());
        }
    }

    @Test
    void jumpAhead_andBackAgain_isNeverFollowed() {
        clock.step(TWO_DAYS);
        look(Duration.ofMillis(2_500));
        assertThat(time.millis()).isEqualTo(START + 2_500);

        clock.step(TWO_DAYS.negated());
        look(Duration.ofMinutes(10));

        assertThat(time.millis()).isEqualTo(clock.epochMillis()).isEqualTo(START + 602_500);
    }

    @Test
    void jumpAhead_thatLasts_isFollowed() {
        clock.step(TWO_DAYS);
        time.look();
        look(LASTS.minusMillis(1));
        assertThat(time.millis()).isEqualTo(START + LASTS.toMillis() - 1);

        clock.pass(Duration.ofMillis(1));

        assertThat(time.look()).isEqualTo(clock.epochMillis());
    }

    @Test
    void jumpAhead_upToASecond_isFollowedAtOnce() {
        clock.step(Duration.ofMillis(1_000));

        assertThat(time.millis()).isEqualTo(START + 1_000);
    }

    @Test
    void jumpAhead_whileAnotherOneIsWatched_hasToLastItself() {
        clock.step(Duration.ofHours(1));
        time.look();
        look(LASTS.minusSeconds(1));
        clock.step(TWO_DAYS);
        look(Duration.ofSeconds(1));

        assertThat(time.millis())
                .isEqualTo(START + Duration.ofHours(1).plus(LASTS).toMillis());
        look(LASTS.minusSeconds(1));
        assertThat(clock.epochMillis() - time.millis()).isEqualTo(TWO_DAYS.toMillis());
        look(Duration.ofSeconds(1));
        assertThat(time.millis()).isEqualTo(clock.epochMillis());
    }

    @Test
    void jumpAhead_rightAfterOneThatWasFollowed_hasToLastItself() {
        clock.step(TWO_DAYS);
        time.look();
        look(LASTS);
        assertThat(time.jumpedToMillis()).isEqualTo(clock.epochMillis()).isEqualTo(time.millis());

        clock.pass(Duration.ofSeconds(9));
        clock.step(TWO_DAYS);
        time.look();
        look(LASTS.minusMillis(1));
        assertThat(clock.epochMillis() - time.millis()).isEqualTo(TWO_DAYS.toMillis());
        clock.pass(Duration.ofMillis(1));

        assertThat(time.look()).isEqualTo(clock.epochMillis()).isEqualTo(time.jumpedToMillis());
    }

    @Test
    void jumpAhead_looksAThirdOfTheSpanApart_isFollowedAndAMillisecondMoreIsNot() {
        assertThat(leadAfterLooks(LASTS.dividedBy(3))).isZero();
        assertThat(leadAfterLooks(LASTS.dividedBy(3).plusMillis(1))).isEqualTo(TWO_DAYS.toMillis());
    }

    /** Two services that set the clock in turn: it never stays ahead. */
    @Test
    void clock_thatSwings_isNotFollowedThoughItWasAheadAtTwoLooksFarApart() {
        clock.step(TWO_DAYS);
        long before = time.look();
        clock.step(TWO_DAYS.negated());
        clock.pass(Duration.ofMinutes(2));
        clock.step(TWO_DAYS);

        assertThat(time.look()).isEqualTo(before + Duration.ofMinutes(2).toMillis());
    }

    @Test
    void clockBehind_timeGoesOnMoreSlowlyUntilItHasCaughtUp() {
        clock.step(Duration.ofHours(-1));
        look(Duration.ofMinutes(10));
        assertThat(time.millis()).isEqualTo(START + Duration.ofMinutes(9).toMillis());

        look(Duration.ofHours(9).plusMinutes(49));
        assertThat(time.millis()).isGreaterThan(clock.epochMillis());
        look(Duration.ofMinutes(1));
        assertThat(time.millis()).isEqualTo(clock.epochMillis());
        look(Duration.ofMinutes(1));
        assertThat(time.millis()).isEqualTo(clock.epochMillis());
    }

    /** Nothing looks meanwhile: the time stops being slow where the clock has caught up. */
    @Test
    void clockBehind_oneLookLongAfterItHasCaughtUp_isTheTimeOfTheClock() {
        clock.step(Duration.ofSeconds(-1));
        time.look();
        clock.pass(Duration.ofHours(1));

        assertThat(time.look()).isEqualTo(clock.epochMillis());
    }

    @Test
    void start_beforeTheClock_isLikeAJump() {
        SteadyTime late = new SteadyTime(clock, LASTS.toMillis(), START - TWO_DAYS.toMillis());

        assertThat(late.millis()).isEqualTo(START - TWO_DAYS.toMillis());
        for (int i = 0; i <= LASTS.toSeconds(); i++) {
            clock.pass(Duration.ofSeconds(1));
            late.look();
        }
        assertThat(late.millis()).isEqualTo(clock.epochMillis());
    }

    @Test
    void wallClock_thatStandsStill_timeGoesOnWithEachLook() {
        clock.passWithoutWall(Duration.ofSeconds(10));

        assertThat(time.look()).isEqualTo(START + 9_000);
    }

    @Test
    void machine_thatSleepsAgainAndAgain_isRightAgainEachTime() {
        for (int i = 0; i < 20; i++) {
            clock.step(Duration.ofMinutes(7)); // the monotonic clock stands still meanwhile
            look(LASTS.dividedBy(2));
        }
        look(LASTS.multipliedBy(2));

        assertThat(time.millis()).isEqualTo(clock.epochMillis());
    }

    @Test
    void anyClock_timeNeverFallsNorGoesFasterThanWhatLasted() {
        long seed = TestScale.seed();
        Random random = new Random(seed);
        long last = time.millis();
        long highest = START;
        for (int i = 0; i < TestScale.count(200_000); i++) {
            if (random.nextInt(10) == 0) {
                clock.step(Duration.ofMillis(Math.round(Math.pow(10, random.nextInt(9)) * random.nextGaussian())));
            }
            clock.pass(Duration.ofMillis(random.nextInt(5_000)));
            highest = Math.max(highest, clock.epochMillis());
            long now = random.nextBoolean() ? time.millis() : time.look();
            assertThat(now).as(TestScale.repeatWith(seed)).isBetween(last, Math.max(last + 5_000, highest));
            last = now;
        }
    }

    /** Returns how far the clock is ahead of a time that has looked at the jump for three such gaps, in milliseconds. */
    private long leadAfterLooks(Duration gap) {
        SteadyTime looking = new SteadyTime(clock, LASTS.toMillis(), clock.epochMillis());
        clock.step(TWO_DAYS);
        looking.look();
        for (int i = 0; i < 3; i++) {
            clock.pass(gap);
            looking.look();
        }
        return clock.epochMillis() - looking.millis();
    }

    /** Lets time pass, and looks once a second. */
    private void look(Duration span) {
        Duration left = span;
        while (!left.isZero()) {
            Duration step = left.compareTo(Duration.ofSeconds(1)) < 0 ? left : Duration.ofSeconds(1);
            clock.pass(step);
            time.look();
            left = left.minus(step);
        }
    }
}
