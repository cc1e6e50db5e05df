package dev.plinth.engine.internal.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.MachineClock;
import dev.plinth.engine.settings.EngineClock;
import dev.plinth.engine.settings.ManualClock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Tests the clock of a node that a log sets right. */
class LogClockTest {
    private static final Instant TRUE_TIME = Instant.parse("2026-01-01T00:00:00Z");
    private static final Duration ANSWER = Duration.ofSeconds(10);

    private final MachineClock machine = MachineClock.startingAt(TRUE_TIME);
    private final EngineClock clock = LogClock.of(machine);

    @Test
    void setRight_aClockThatAgrees_changesNothing() {
        assertThat(lead(Duration.ofMillis(900))).isEqualTo(Duration.ofMillis(900));
        assertThat(lead(Duration.ofMillis(-900))).isEqualTo(Duration.ofMillis(-900));
    }

    @Test
    void setRight_aClockThatIsWrong_makesItAgreeUpToTheTimeOfTheAnswer() {
        assertThat(lead(Duration.ofHours(1))).isBetween(ANSWER.negated(), ANSWER);
        assertThat(lead(Duration.ofHours(-1))).isBetween(ANSWER.negated(), ANSWER);
        assertThat(lead(Duration.ZERO)).as("once it is right again").isZero();
    }

    @Test
    void setRight_aClockThatIsRight_isNotMisledByALateAnswer() {
        machine.pass(ANSWER);
        LogClock.setRight(clock, TRUE_TIME, TRUE_TIME.toEpochMilli());

        assertThat(clock.epochMillis()).isEqualTo(machine.epochMillis());
    }

    @Test
    void setRight_again_leavesAClockThatStillAgreesAndFollowsOneThatDrifts() {
        machine.step(Duration.ofMinutes(1));
        LogClock.setRight(clock, TRUE_TIME, machine.epochMillis());
        assertThat(clock.epochMillis()).isEqualTo(TRUE_TIME.toEpochMilli());

        machine.step(Duration.ofMillis(900));
        LogClock.setRight(clock, TRUE_TIME, machine.epochMillis());
        assertThat(clock.epochMillis()).isEqualTo(TRUE_TIME.toEpochMilli() + 900);

        machine.step(Duration.ofMillis(200));
        LogClock.setRight(clock, TRUE_TIME, machine.epochMillis());
        assertThat(clock.epochMillis()).isEqualTo(TRUE_TIME.toEpochMilli());
    }

    @Test
    void nanoTime_isThatOfTheMachine() {
        machine.step(Duration.ofHours(1));
        LogClock.setRight(clock, TRUE_TIME, machine.epochMillis());

        assertThat(clock.nanoTime()).isEqualTo(machine.nanoTime());
        assertThat(clock.mayBeWrong()).isTrue();
        assertThat(LogClock.machineMillis(clock)).isEqualTo(machine.epochMillis());
    }

    @Test
    void of_aManualClock_isThatClock() {
        ManualClock manual = ManualClock.startingAt(TRUE_TIME);
        assertThat(LogClock.of(manual)).isSameAs(manual);

        LogClock.setRight(manual, TRUE_TIME.plusSeconds(100), TRUE_TIME.toEpochMilli());
        assertThat(manual.epochMillis()).isEqualTo(TRUE_TIME.toEpochMilli());
    }

    /** Lets a machine's clock be ahead, asks a log whose answer takes a while, and returns how far the clock is ahead then. */
    private Duration lead(Duration error) {
        machine.step(error);
        long asked = machine.epochMillis();
        machine.pass(ANSWER);
        Instant time = Instant.ofEpochMilli(machine.epochMillis()).minus(error);
        LogClock.setRight(clock, time.minus(ANSWER.dividedBy(2)), asked);
        Duration lead = Duration.between(time, Instant.ofEpochMilli(clock.epochMillis()));
        machine.step(error.negated());
        return lead;
    }
}
