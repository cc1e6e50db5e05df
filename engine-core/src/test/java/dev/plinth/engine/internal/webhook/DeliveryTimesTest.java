package dev.plinth.engine.internal.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.rows.StoreSettings;
import dev.plinth.engine.internal.store.MemoryJournal;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.settings.ManualClock;
import dev.plinth.engine.settings.SeededIds;
import dev.plinth.engine.settings.Tables;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Tests until which millisecond a delivery counts, when its next attempt is due, and how its attempts are counted. */
final class DeliveryTimesTest {
    private static final long CREATED = 1_000_000;
    private static final long KEPT = Duration.ofDays(30).toMillis();
    private static final Id LANE = new Id(IdKind.RESOURCE, 9, 10);
    private static final DeliveryRow PENDING = row(LANE);

    private final SeededIds ids = new SeededIds(1);
    private final SecretCipher cipher = new SecretCipher(new byte[SecretCipher.KEY_BYTES], ids);
    private final Store store = Store.open(
            new StoreSettings(Tables.HEAP, List.of(WebhookTables.DELIVERIES), 1_000_000),
            new MemoryJournal(),
            ManualClock.startingAt(Instant.parse("2026-01-01T00:00:00Z")));

    @Test
    void isExpired_settledDelivery_fromTheMillisecondOfItsEndOn() {
        DeliveryRow settled = PENDING.settled(StoredDeliveryStatus.DELIVERED, CREATED + 5);

        assertThat(settled.isExpired(at(CREATED + 5 + KEPT - 1))).isFalse();
        assertThat(settled.isExpired(at(CREATED + 5 + KEPT))).isTrue();
        assertThat(PENDING.isExpired(at(Long.MAX_VALUE))).as("open").isFalse();
    }

    @Test
    void isOverdue_openDelivery_fromTheMillisecondOfItsEndOn() {
        assertThat(PENDING.openUntil(store.viewToAnswer())).isEqualTo(CREATED + KEPT);
        assertThat(PENDING.isOverdue(store.viewToAnswer(), CREATED + KEPT - 1)).isFalse();
        assertThat(PENDING.isOverdue(store.viewToAnswer(), CREATED + KEPT)).isTrue();
        assertThat(PENDING.settled(StoredDeliveryStatus.DELIVERED, 7).isOverdue(store.viewToAnswer(), CREATED + KEPT))
                .as("settled")
                .isFalse();
    }

    @Test
    void isEventExpired_delivery_fromTheEndOfItsEventOn() {
        assertThat(PENDING.isEventExpired(at(CREATED + KEPT - 1))).isFalse();
        assertThat(PENDING.isEventExpired(at(CREATED + KEPT))).isTrue();
    }

    @Test
    void nextDue_ofBothKindsOfAttempts_isTheEarlierOne() {
        assertThat(PENDING.nextDue()).isEqualTo(13);
        assertThat(PENDING.resend(7).nextDue()).isEqualTo(7);
        assertThat(PENDING.resend(20).nextDue()).isEqualTo(13);
        assertThat(PENDING.resend(20).held().nextDue()).isEqualTo(20);
        assertThat(PENDING.held().nextDue()).isZero();
        assertThat(PENDING.held().dueAt()).isZero();
        assertThat(PENDING.settled(StoredDeliveryStatus.DELIVERED, 7).nextDue()).isZero();
    }

    @Test
    void nextByClock_deliveryThatWaitsForASlot_isNone() {
        assertThat(PENDING.nextByClock()).isEqualTo(13);
        assertThat(PENDING.queued(3).nextByClock()).isZero();
        assertThat(PENDING.queued(3).nextDue()).isEqualTo(13);
        assertThat(PENDING.queued(3).resend(5).queuedFor()).isZero();
    }

    @Test
    void attempted_byTheScheduleAndOnDemand_isCountedByItsKind() {
        DeliveryRow asked = PENDING.resend(20).resend(30);
        assertThat(asked.resendAt()).as("as the first asks").isEqualTo(20);
        assertThat(asked.requests().left()).isEqualTo(2);
        assertThat(asked.resendsAsked()).isEqualTo(2);

        DeliveryRow byItself = asked.attempted(false);
        assertThat(byItself.attempts()).isEqualTo(new DeliveryRow.Attempts(1, 1, false));
        assertThat(byItself.requests()).isEqualTo(new DeliveryRow.Requests(20, 2));
        DeliveryRow once = byItself.attempted(true);
        assertThat(once.attempts()).isEqualTo(new DeliveryRow.Attempts(2, 1, false));
        assertThat(once.requests()).isEqualTo(new DeliveryRow.Requests(20, 1));
        assertThat(once.resendsAsked()).isEqualTo(2);
        DeliveryRow twice = once.putOff(40).attempted(true);
        assertThat(twice.requests()).isEqualTo(new DeliveryRow.Requests(0, 0));
        assertThat(twice.attempted(true).requests()).isEqualTo(new DeliveryRow.Requests(0, 0));
        assertThat(twice.attempts().made()).isEqualTo(3);
    }

    @Test
    void putOffAndWithoutResends_requestedAttempts_moveAndGo() {
        DeliveryRow asked = PENDING.resend(20).queued(4);

        assertThat(asked.putOff(50).resendAt()).isEqualTo(50);
        assertThat(asked.putOff(50).requests().left()).isEqualTo(1);
        assertThat(asked.putOff(50).queuedFor()).isZero();
        assertThat(asked.withoutResends().resendAt()).isZero();
        assertThat(asked.withoutResends().requests().left()).isZero();
        assertThat(asked.withoutResends().queuedFor()).isEqualTo(4);
    }

    @Test
    void oldestAttempt_moreAttemptsThanAreKept_isTheFirstOfThoseKept() {
        DeliveryRow row = PENDING;
        assertThat(row.oldestAttempt()).isEqualTo(1);
        for (int made = 1; made <= Limits.ATTEMPTS_KEPT_MAX; made++) {
            row = row.attempted(true);
        }
        assertThat(row.oldestAttempt()).isEqualTo(1);

        assertThat(row.attempted(true).oldestAttempt()).isEqualTo(2);
    }

    @Test
    void givenUp_openAndSettledDelivery_keepsTheStatusOfTheSettledOne() {
        DeliveryRow open = PENDING.resend(20).queued(4).givenUp(30);
        assertThat(open.status()).isEqualTo(StoredDeliveryStatus.DROPPED);
        assertThat(open.settledAt()).isEqualTo(30);
        assertThat(open.resendAt()).isZero();
        assertThat(open.queuedFor()).isZero();

        DeliveryRow delivered =
                PENDING.settled(StoredDeliveryStatus.DELIVERED, 7).resend(20).givenUp(30);
        assertThat(delivered.status()).isEqualTo(StoredDeliveryStatus.DELIVERED);
        assertThat(delivered.settledAt()).isEqualTo(7);
        assertThat(delivered.resendAt()).isZero();
    }

    @Test
    void exhausted_withAndWithoutALane_breaksTheLaneThatThereIs() {
        assertThat(PENDING.exhausted(7).breaksLane()).isTrue();
        assertThat(PENDING.exhausted(7).mendsLane().breaksLane()).isFalse();
        assertThat(PENDING.exhausted(7).mendsLane().settledAt()).isEqualTo(7);
        assertThat(row(null).exhausted(7).breaksLane()).isFalse();
        assertThat(PENDING.settled(StoredDeliveryStatus.DELIVERED, 7).breaksLane())
                .isFalse();
        DeliveryRow recovered = PENDING.exhausted(7).recovered(StoredDeliveryStatus.RETRYING, 8);
        assertThat(recovered.attempts().recovered()).isTrue();
        assertThat(recovered.dueAt()).isEqualTo(8);
        assertThat(recovered.settledAt()).isZero();
        assertThat(recovered.exhausted(9).attempts().recovered()).isFalse();
    }

    @Test
    void sets_withAndWithoutALane_areThoseOfTheLane() {
        assertThat(PENDING.laneSet())
                .isEqualTo(DeliveryRow.lane(PENDING.facts().endpoint(), LANE))
                .isNotEqualTo(PENDING.brokenSet());
        assertThat(PENDING.brokenSet())
                .isEqualTo(DeliveryRow.broken(PENDING.facts().endpoint(), LANE));
        assertThat(row(null).laneSet()).isNull();
        assertThat(row(null).brokenSet()).isNull();
        assertThat(DeliveryRow.queue(3)).isNotNull().isNotEqualTo(DeliveryRow.queue(4));
    }

    private Context at(long now) {
        return new Context(Caller.OPERATOR, now, store.viewToAnswer(), ids, cipher, count -> 1);
    }

    private static DeliveryRow row(@Nullable Id lane) {
        return DeliveryRow.create(
                new DeliveryRow.Facts(
                        new Id(IdKind.DELIVERY, 1, 2),
                        new Id(IdKind.WORKSPACE, 3, 4),
                        new Id(IdKind.ENDPOINT, 5, 6),
                        new Id(IdKind.EVENT, 7, 8),
                        "resource.created",
                        lane,
                        11,
                        CREATED),
                StoredDeliveryStatus.PENDING,
                13);
    }
}
