package dev.plinth.engine.internal.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.settings.Places;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Whose delivery starts next, and what is left for those that ask later. */
final class DeliverySchedulerTest {
    private static final int PLACES = 2_048;
    private static final int FIRST = Limits.DELIVERIES_RUNNING_PER_ENDPOINT_FIRST;
    private static final int LARGE = Limits.ROW_BYTES_MAX;
    private static final long QUICK = 1;
    private static final long SLOW = Limits.DELIVERY_SLOW_MILLIS;

    private final DeliveryScheduler scheduler = new DeliveryScheduler(
            Places.DEFAULT.withDeliveries(PLACES, 10_000), host -> host.equals("narrow:443") ? 10 : 100_000);
    private long now = 1_000_000;
    private long last;

    @Test
    void next_endpointOfWhichNothingIsKnown_hasAFewInFlight() {
        endpoint(1, 1, "a:443");

        assertThat(startAll()).hasSize(FIRST);
    }

    @Test
    void sent_deliveredSoon_allowsOneMoreEachTimeUpToItsRate() {
        endpoint(1, 1, "a:443", 20);

        int most = 0;
        for (int round = 0; round < 100; round++) {
            now += 1_000;
            List<DeliveryScheduler.Slot> started = startAll();
            most = Math.max(most, started.size());
            end(started, true, QUICK);
        }

        assertThat(most).isEqualTo(20);
    }

    @Test
    void sent_tookLong_isBackAtAFew() {
        endpoint(1, 1, "a:443");
        for (int round = 0; round < 10; round++) {
            end(startAll(), true, QUICK);
        }
        List<DeliveryScheduler.Slot> many = startAll();
        assertThat(many).hasSizeGreaterThan(FIRST);

        end(many, true, SLOW);

        assertThat(startAll()).hasSize(FIRST);
    }

    @Test
    void sent_failedSomeTimesInARow_leavesOneUntilOneIsDelivered() {
        endpoint(1, 1, "a:443");
        List<DeliveryScheduler.Slot> started = startAll();
        end(started, false, QUICK);
        end(startAll(), false, QUICK);

        List<DeliveryScheduler.Slot> one = startAll();
        assertThat(one).hasSize(1);
        end(one, true, QUICK);
        assertThat(startAll()).hasSizeGreaterThan(1);
    }

    /** Two hundred workspaces with twenty endpoints that hang each take what they get, and the one that comes behind them has room. */
    @Test
    void next_behindManyGreedyWorkspaces_findsRoomAtOnce() {
        for (int workspace = 1; workspace <= 200; workspace++) {
            for (int i = 0; i < 20; i++) {
                endpoint(workspace, i, "hangs:443");
            }
        }
        List<DeliveryScheduler.Slot> greedy = startAll();
        assertThat(greedy).hasSizeLessThan(PLACES);

        endpoint(201, 1, "quick:443");

        assertThat(startAll()).hasSize(FIRST);
    }

    @Test
    void next_workspacesTakeTurns_howeverManyEndpointsEachHas() {
        for (int i = 0; i < 20; i++) {
            endpoint(1, i, "a:443");
        }
        endpoint(2, 1, "a:443");
        endpoint(3, 1, "a:443");

        Set<Id> first = new HashSet<>();
        for (int i = 0; i < 3; i++) {
            EndpointThrottle next = Objects.requireNonNull(scheduler.next(now));
            first.add(next.workspace());
            scheduler.take(next, ++last, now);
        }

        assertThat(first).hasSize(3);
    }

    /** The endpoints of one workspace that hang leave half of its share to the others. */
    @Test
    void next_slowEndpointsOfAWorkspace_leaveHalfOfItsShareToTheOthers() {
        DeliveryScheduler few = new DeliveryScheduler(Places.DEFAULT.withDeliveries(80, 10_000), host -> 100_000);
        List<EndpointThrottle> slow = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            few.queued(workspace(1), endpointId(1, i), 100 + i);
        }
        Map<Id, Integer> inFlight = new HashMap<>();
        for (EndpointThrottle next = few.next(now); next != null; next = few.next(now)) {
            few.describe(next, "a:443", 200);
            DeliveryScheduler.Slot slot = few.take(next, ++last, now);
            slow.add(next);
            few.sent(slot, true, SLOW);
            few.giveBack(slot);
            if (slow.size() == 20) {
                break;
            }
        }
        for (EndpointThrottle next = few.next(now); next != null; next = few.next(now)) {
            few.take(next, ++last, now);
            inFlight.merge(next.workspace(), 1, Integer::sum);
        }
        assertThat(inFlight.get(workspace(1))).isLessThanOrEqualTo(5);

        few.queued(workspace(1), endpointId(1, 99), 999);

        assertThat(few.next(now)).isNotNull();
    }

    @Test
    void next_rateOfAnEndpoint_isReachedInASecondAndGoesOnInTheNext() {
        endpoint(1, 1, "a:443", 3);
        assertThat(startAndEndAll()).isEqualTo(3);
        assertThat(scheduler.nextMillis(now)).isEqualTo(now + 334);

        now += 1_000;

        assertThat(startAndEndAll()).isEqualTo(3);
    }

    @Test
    void next_rateOfAHost_holdsForAllWorkspacesTogether() {
        for (int workspace = 1; workspace <= 30; workspace++) {
            endpoint(workspace, 1, "narrow:443");
        }

        assertThat(startAndEndAll()).isEqualTo(10);
        now += 1_000;
        assertThat(startAll()).as("in flight, and in the second").hasSize(10);
        now += 1_000;
        assertThat(startAll()).as("as many are in flight").isEmpty();
    }

    @Test
    void weigh_largeEvents_countAsSeveral() {
        endpoint(1, 1, "a:443");
        List<DeliveryScheduler.Slot> started = startAll();
        started.forEach(slot -> scheduler.weigh(slot, PLACES / 4 * Limits.DELIVERY_PLACE_BYTES));

        endpoint(2, 1, "b:443");
        assertThat(startAll()).isEmpty();

        end(started, true, QUICK);
        assertThat(startAll()).isNotEmpty();
    }

    @Test
    void take_endpointOfLargeEvents_startsNoMoreThanTheShareOfItsWorkspaceCarries() {
        endpoint(1, 1, "a:443");
        deliver(10, LARGE);

        List<DeliveryScheduler.Slot> started = startAll();

        assertThat(started).hasSizeGreaterThan(FIRST);
        assertThat(started.size() * (1 + LARGE / Limits.DELIVERY_PLACE_BYTES)).isLessThan(PLACES / 4);
    }

    @Test
    void take_smallEventsBehindLargeOnes_startAsBefore() {
        endpoint(1, 1, "a:443");
        deliver(10, LARGE);

        List<DeliveryScheduler.Slot> started = startAll();
        assertThat(scheduler.weigh(started.get(0), 1)).as("gives places back").isTrue();
        end(started, true, QUICK);
        deliver(10, 1);

        assertThat(startAll()).hasSizeGreaterThan(PLACES / 16);
    }

    @Test
    void forget_deletedEndpoint_leavesNothingOnceItsAttemptsHaveEnded() {
        endpoint(1, 1, "a:443");
        List<DeliveryScheduler.Slot> started = startAll();
        scheduler.forget(endpointId(1, 1));
        assertThat(scheduler.size()).isOne();

        end(started, false, QUICK);
        EndpointThrottle idle = Objects.requireNonNull(scheduler.next(now));
        scheduler.rest(idle, scheduler.signals(idle));

        assertThat(scheduler.size()).isZero();
    }

    @Test
    void takeTest_manyWorkspacesWhoseReceiversHang_leaveSomeToOthers() {
        for (int workspace = 1; workspace <= 150; workspace++) {
            while (scheduler.takeTest(workspace(workspace))) {
                last++;
            }
        }

        assertThat(scheduler.takeTest(workspace(999))).isTrue();
    }

    private void endpoint(int workspace, int number, String host) {
        endpoint(workspace, number, host, Limits.DELIVERIES_PER_SECOND_MAX);
    }

    /** An endpoint at which deliveries without end wait. */
    private void endpoint(int workspace, int number, String host, int perSecond) {
        EndpointThrottle throttle =
                scheduler.queued(workspace(workspace), endpointId(workspace, number), 1_000L * workspace + number);
        scheduler.describe(throttle, host, perSecond);
    }

    private List<DeliveryScheduler.Slot> startAll() {
        List<DeliveryScheduler.Slot> started = new ArrayList<>();
        for (EndpointThrottle next = scheduler.next(now); next != null; next = scheduler.next(now)) {
            started.add(scheduler.take(next, ++last, now));
        }
        return started;
    }

    /** Starts what may start, each as soon as the one before has been delivered, until a rate holds it up. */
    private int startAndEndAll() {
        int count = 0;
        for (EndpointThrottle next = scheduler.next(now); next != null; next = scheduler.next(now)) {
            end(List.of(scheduler.take(next, ++last, now)), true, QUICK);
            count++;
        }
        return count;
    }

    /** Starts what may start and delivers it, so many times. */
    private void deliver(int times, int bytes) {
        for (int i = 0; i < times; i++) {
            List<DeliveryScheduler.Slot> started = startAll();
            started.forEach(slot -> scheduler.weigh(slot, bytes));
            end(started, true, QUICK);
            now += 1_000;
        }
    }

    private void end(List<DeliveryScheduler.Slot> started, boolean delivered, long millis) {
        started.forEach(slot -> {
            scheduler.sent(slot, delivered, millis);
            scheduler.giveBack(slot);
        });
    }

    private static Id workspace(int number) {
        return new Id(IdKind.WORKSPACE, 1, number);
    }

    private static Id endpointId(int workspace, int number) {
        return new Id(IdKind.ENDPOINT, workspace, number);
    }
}
