package dev.plinth.engine.internal.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import org.junit.jupiter.api.Test;

/** What is remembered of endpoints goes when nothing is under way there and nothing has failed, or the endpoint is deleted. */
final class SlotsTest {
    private final Slots slots = new Slots();
    private long last;

    @Test
    void giveBack_allDelivered_leavesNothing() {
        DeliveryRow.Facts facts = facts();
        for (int i = 0; i < 4; i++) {
            assertThat(slots.isFree(facts)).isTrue();
            slots.take(facts);
        }
        assertThat(slots.isFree(facts)).isFalse();
        for (int i = 0; i < 4; i++) {
            slots.sent(facts, true);
            slots.giveBack(facts);
        }
        assertThat(slots.isFree(facts)).isTrue();
        assertThat(slots.size()).isZero();
    }

    @Test
    void forget_failedAndDeletedAfterwards_leavesNothing() {
        DeliveryRow.Facts facts = facts();
        slots.take(facts);
        slots.sent(facts, false);
        slots.giveBack(facts);
        assertThat(slots.size()).isOne();

        slots.forget(facts.endpoint());

        assertThat(slots.size()).isZero();
    }

    @Test
    void forget_deletedDuringAnAttemptThatFails_leavesNothing() {
        DeliveryRow.Facts facts = facts();
        slots.take(facts);
        slots.forget(facts.endpoint());
        assertThat(slots.size()).isOne();
        slots.sent(facts, false);

        slots.giveBack(facts);

        assertThat(slots.size()).isZero();
    }

    @Test
    void isFree_fiveFailuresInARow_isForOneUntilOneIsDelivered() {
        DeliveryRow.Facts facts = facts();
        for (int i = 0; i < 5; i++) {
            slots.take(facts);
            slots.sent(facts, false);
            slots.giveBack(facts);
        }
        slots.take(facts);
        assertThat(slots.isFree(facts)).isFalse();
        slots.sent(facts, true);
        assertThat(slots.isFree(facts)).isTrue();
    }

    @Test
    void isFree_manyEndpointsOfAWorkspace_isBoundedForAllOfThem() {
        DeliveryRow.Facts first = facts();
        for (int i = 0; i < 16; i++) {
            DeliveryRow.Facts next = at(first.workspace(), i);
            assertThat(slots.isFree(next)).isTrue();
            slots.take(next);
        }
        assertThat(slots.isFree(first)).isFalse();
        assertThat(slots.isFree(facts())).isTrue();
        slots.giveBack(at(first.workspace(), 3));
        assertThat(slots.isFree(first)).isTrue();
    }

    @Test
    void isFree_threeQuartersTaken_isForWorkspacesWithFew() {
        for (int i = 0; i < 48; i++) {
            slots.take(facts());
        }
        DeliveryRow.Facts first = facts();
        for (int i = 0; i < 4; i++) {
            DeliveryRow.Facts next = at(first.workspace(), i);
            assertThat(slots.isFree(next)).isTrue();
            slots.take(next);
        }
        assertThat(slots.isFree(first)).isFalse();
        assertThat(slots.isFree(facts())).isTrue();
    }

    private static DeliveryRow.Facts at(Id workspace, int endpoint) {
        Id any = new Id(IdKind.ENDPOINT, 7, endpoint);
        return new DeliveryRow.Facts(any, workspace, any, any, "payment.processed", null, 1, 1);
    }

    private DeliveryRow.Facts facts() {
        return new DeliveryRow.Facts(
                id(IdKind.DELIVERY),
                id(IdKind.WORKSPACE),
                id(IdKind.ENDPOINT),
                id(IdKind.EVENT),
                "payment.processed",
                null,
                1,
                1);
    }

    private Id id(IdKind kind) {
        return new Id(kind, 1, ++last);
    }
}
