package dev.plinth.engine.internal.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import org.junit.jupiter.api.Test;

/** Tests how many attempts an endpoint may have in flight, and where the search for its next delivery begins. */
final class EndpointThrottleTest {
    private static final int MOST = 100;
    private static final int FIRST = Limits.DELIVERIES_RUNNING_PER_ENDPOINT_FIRST;
    private static final long NOW = 1_000_000;

    private final EndpointThrottle throttle =
            new EndpointThrottle(new Id(IdKind.WORKSPACE, 1, 1), new Id(IdKind.ENDPOINT, 1, 2), 7, MOST);

    @Test
    void isFull_newEndpoint_whenAsManyAsAtFirstAreInFlight() {
        assertThat(room()).isEqualTo(FIRST);

        throttle.begin(NOW);
        assertThat(room()).isEqualTo(FIRST - 1);
        throttle.end();

        assertThat(room()).isEqualTo(FIRST);
    }

    @Test
    void isFull_quickDeliveries_growByOneEachUpToTheMost() {
        sent(true, Limits.DELIVERY_SLOW_MILLIS - 1, 3);
        assertThat(room()).isEqualTo(FIRST + 3);

        sent(true, 0, 1_000);
        assertThat(room()).isEqualTo(Math.min(MOST, Limits.DELIVERIES_PER_SECOND_DEFAULT));
        throttle.describe("h:1", 1);
        assertThat(room()).as("as many as its rate").isEqualTo(1);
        throttle.describe("h:1", 1_000);
        assertThat(room()).isEqualTo(MOST);
        throttle.resize(2);
        assertThat(room()).isEqualTo(2);
    }

    @Test
    void isFull_slowDelivery_goesBackToTheFirstValue() {
        sent(true, 0, 5);
        assertThat(throttle.isSlow()).isFalse();

        sent(true, Limits.DELIVERY_SLOW_MILLIS, 1);

        assertThat(throttle.isSlow()).isTrue();
        assertThat(room()).isEqualTo(FIRST);
        sent(true, Limits.DELIVERY_SLOW_MILLIS - 1, 1);
        assertThat(throttle.isSlow()).isFalse();
        assertThat(room()).isEqualTo(FIRST + 1);
    }

    @Test
    void isFull_failuresInARow_isOneFromTheLimitOn() {
        sent(true, 0, 5);
        sent(false, 0, 1);
        assertThat(room()).isEqualTo(FIRST);
        sent(false, 0, Limits.DELIVERY_FAILURES_IN_A_ROW_MAX - 2);
        assertThat(room()).isEqualTo(FIRST);

        sent(false, 0, 1);
        assertThat(room()).isEqualTo(1);

        sent(true, 0, 1);
        assertThat(room()).isEqualTo(FIRST + 1);
    }

    @Test
    void nextMillis_rateOfTheEndpoint_isThatOfItsSettings() {
        throttle.describe("h:1", 1);
        throttle.begin(NOW);
        assertThat(throttle.nextMillis()).isEqualTo(NOW + 1_000);

        throttle.describe("h:2", 1);
        assertThat(throttle.nextMillis()).as("the same rate goes on").isEqualTo(NOW + 1_000);
        throttle.describe("h:2", 2);
        assertThat(throttle.nextMillis()).as("another rate begins").isLessThanOrEqualTo(NOW);
        assertThat(throttle.host()).isEqualTo("h:2");
        throttle.forgetDescription();
        assertThat(throttle.host()).isNull();
    }

    @Test
    void isForgettable_deletedEndpoint_onceNothingIsInFlight() {
        throttle.begin(NOW);
        assertThat(throttle.isForgettable()).isFalse();
        throttle.delete();
        assertThat(throttle.isForgettable()).isFalse();
        throttle.end();
        assertThat(throttle.isForgettable()).isTrue();
    }

    @Test
    void isForgettable_endpointThatIsThere_never() {
        assertThat(throttle.isForgettable()).isFalse();
    }

    @Test
    void weighed_largeEvents_countAndAreForgottenOneByOne() {
        assertThat(throttle.weight()).isEqualTo(1);
        throttle.weighed(4);
        assertThat(throttle.weight()).isEqualTo(4);
        throttle.weighed(1);
        assertThat(throttle.weight()).isEqualTo(3);
        throttle.weighed(1);
        throttle.weighed(1);
        throttle.weighed(1);
        assertThat(throttle.weight()).isEqualTo(1);
    }

    @Test
    void signals_eachChange_isOneMore() {
        long before = throttle.signals();
        throttle.signal();
        throttle.signal();

        assertThat(throttle.signals()).isEqualTo(before + 2);
    }

    @Test
    void searchFrom_afterStarts_isAfterTheLastAndThenTheBeginning() {
        assertThat(throttle.searchFrom()).isZero();
        long number = 10;
        throttle.started(number);
        assertThat(throttle.searchFrom()).isEqualTo(11);
        int starts = 0;
        while (throttle.searchFrom() != 0) {
            throttle.started(++number);
            starts++;
        }
        assertThat(starts).isEqualTo(Limits.DELIVERIES_STARTED_PER_LAP);

        throttle.started(5);
        assertThat(throttle.searchFrom()).isEqualTo(6);
        throttle.restartLap();
        assertThat(throttle.searchFrom()).isZero();
        throttle.started(8);
        assertThat(throttle.searchFrom()).isEqualTo(9);
    }

    @Test
    void ids_ofTheEndpoint_areThoseOfItsMaking() {
        assertThat(throttle.workspace()).isEqualTo(new Id(IdKind.WORKSPACE, 1, 1));
        assertThat(throttle.endpoint()).isEqualTo(new Id(IdKind.ENDPOINT, 1, 2));
        assertThat(throttle.queue()).isEqualTo(7);
    }

    private void sent(boolean delivered, long durationMillis, int times) {
        for (int i = 0; i < times; i++) {
            throttle.sent(delivered, durationMillis);
        }
    }

    /** Returns how many attempts more there may be in flight. */
    private int room() {
        int room = 0;
        while (!throttle.isFull()) {
            throttle.begin(NOW);
            room++;
        }
        for (int i = 0; i < room; i++) {
            throttle.end();
        }
        return room;
    }
}
