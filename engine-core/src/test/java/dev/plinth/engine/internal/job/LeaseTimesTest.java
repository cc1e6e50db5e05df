package dev.plinth.engine.internal.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.StoreSettings;
import dev.plinth.engine.internal.store.MemoryJournal;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.settings.ManualClock;
import dev.plinth.engine.settings.SeededIds;
import dev.plinth.engine.settings.Tables;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests until which millisecond a lease counts, and a type as handled by a worker. */
final class LeaseTimesTest {
    private static final Id WORKSPACE = new Id(IdKind.WORKSPACE, 3, 4);
    private static final Id TOKEN = new Id(IdKind.LEASE, 8, 9);

    private final ManualClock clock = ManualClock.startingAt(Instant.parse("2026-01-01T00:00:00Z"));
    private final long now = clock.epochMillis();
    private final SeededIds ids = new SeededIds(1);
    private final SecretCipher cipher = new SecretCipher(new byte[SecretCipher.KEY_BYTES], ids);
    private final Store store = Store.open(
            new StoreSettings(Tables.HEAP, List.of(LeasedTypes.TABLE), 1_000_000), new MemoryJournal(), clock);

    @Test
    void isOver_lease_fromTheMillisecondOfItsEndOn() {
        JobRow.Lease lease = JobRow.Lease.of(TOKEN, 60, now);

        assertThat(lease.expiresAt()).isEqualTo(now + 60_000);
        assertThat(lease.isOver(at(now + 59_999))).isFalse();
        assertThat(lease.isOver(at(now + 60_000))).isTrue();
    }

    @Test
    void isOver_extendedLease_countsFromItsExtension() {
        JobRow.Lease extended = JobRow.Lease.of(TOKEN, 60, now).from(now + 10_000, 3_600);

        assertThat(extended.beganAt()).isEqualTo(now + 10_000);
        assertThat(extended.isOver(at(now + 3_609_999))).isFalse();
        assertThat(extended.isOver(at(now + 3_610_000))).isTrue();
    }

    @Test
    void again_extendedLease_lastsAsLongAsItWasGivenLast() {
        JobRow.Lease again =
                JobRow.Lease.of(TOKEN, 60, now).from(now + 10_000, 3_600).again(now + 20_000);

        assertThat(again.expiresAt()).isEqualTo(now + 3_620_000);
        assertThat(again.seconds()).isEqualTo(60);
        assertThat(again.token()).isEqualTo(TOKEN);
    }

    @Test
    void has_leasedType_untilTheMillisecondBeforeItsEnd() {
        long kept = Duration.ofMinutes(Limits.LEASED_TYPE_MINUTES).toMillis();
        Changes changes = new Changes();
        LeasedTypes.note(at(now), "send", changes);
        long unused = store.write(transaction -> transaction.append(changes.writes(), transaction.nowMillis()));

        assertThat(has("send", now + kept - 1)).isTrue();
        assertThat(has("send", now + kept)).isFalse();
        assertThat(has("other", now)).isFalse();
    }

    private boolean has(String type, long nowMillis) {
        return LeasedTypes.has(store.viewToAnswer(), WORKSPACE, type, nowMillis);
    }

    private Context at(long nowMillis) {
        return new Context(Caller.engineFor(WORKSPACE), nowMillis, store.viewToAnswer(), ids, cipher, count -> 1);
    }
}
