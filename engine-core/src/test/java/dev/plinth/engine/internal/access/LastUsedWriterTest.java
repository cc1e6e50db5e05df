package dev.plinth.engine.internal.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.decision.Committer;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.settings.ManualClock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** When the last uses of keys are written: behind the calls, and rarely. */
final class LastUsedWriterTest {
    private static final Id WORKSPACE = new Id(IdKind.WORKSPACE, 1, 1);

    private final ManualClock clock = ManualClock.startingAt(Instant.parse("2025-01-01T00:00:00Z"));
    private final LastUsedTimes lastUsed = new LastUsedTimes();
    private int records;
    private final Committer counting = (caller, change) -> {
        records++;
        return Outcome.Done.ok(new byte[0]);
    };
    private final LastUsedWriter writer = new LastUsedWriter(lastUsed, counting, clock.epochMillis());

    @Test
    void uses_none_nothingIsWritten() {
        clock.advance(Duration.ofHours(1));
        writer.startReady(clock.epochMillis());
        writer.writeAll();

        assertThat(records).isZero();
        assertThat(writer.nextReadyMillis()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void uses_manyInAMinuteOfManyKeys_areOneRecordAfterIt() {
        for (int second = 0; second < 60; second++) {
            for (int key = 0; key < 100; key++) {
                use(key);
            }
            writer.startReady(clock.epochMillis());
            clock.advance(Duration.ofSeconds(1));
        }
        assertThat(records).isZero();
        assertThat(writer.nextReadyMillis()).isEqualTo(clock.epochMillis());

        writer.startReady(clock.epochMillis());

        assertThat(records).isEqualTo(1);
        assertThat(writer.nextReadyMillis()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void uses_againAfterTheyWereWritten_areWrittenAMinuteLater() {
        use(1);
        clock.advance(Duration.ofMinutes(1));
        assertThat(writer.startReady(clock.epochMillis())).isTrue();
        use(2);
        clock.advance(Duration.ofMinutes(1).minusMillis(1));
        assertThat(writer.startReady(clock.epochMillis())).isTrue();
        assertThat(records).isEqualTo(1);

        clock.advance(Duration.ofMillis(1));
        assertThat(writer.startReady(clock.epochMillis())).isTrue();

        assertThat(records).isEqualTo(2);
    }

    @Test
    void uses_clockStandsBeforeTheTimeOfDueWork_areWrittenByThat() {
        use(1);
        long due = writer.nextReadyMillis();

        writer.startReady(due);

        assertThat(clock.epochMillis()).isLessThan(due);
        assertThat(records).isEqualTo(1);
    }

    @Test
    void uses_atTheEnd_areWrittenAtOnceAndOnlyOnce() {
        use(1);

        writer.writeAll();
        writer.writeAll();

        assertThat(records).isEqualTo(1);
    }

    @Test
    void uses_moreKeysThanARecordTakes_areSeveralRecords() {
        for (int key = 0; key < 1001; key++) {
            use(key);
        }

        writer.writeAll();

        assertThat(records).isEqualTo(3);
    }

    @Test
    void uses_storeRefuses_nothingIsThrown() {
        use(1);
        LastUsedWriter refused = new LastUsedWriter(
                lastUsed,
                (caller, change) -> {
                    throw RefusedException.of(ProblemCode.CAPACITY_EXHAUSTED, "Expected room, but there is none.");
                },
                clock.epochMillis());

        refused.writeAll();

        assertThat(lastUsed.isUnwritten()).isFalse();
    }

    private void use(int key) {
        lastUsed.note(lastUsed.of(WORKSPACE, new Id(IdKind.KEY, 1, key)), clock.epochMillis());
    }
}
