package dev.plinth.engine.internal.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.internal.base.Command;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WaitersTest {
    private static final Id WORKSPACE = new Id(IdKind.WORKSPACE, 1, 1);
    private static final Id OTHER = new Id(IdKind.WORKSPACE, 1, 2);

    private final Waiters waiters = new Waiters();

    @Test
    void signal_ofAKind_endsTheFirstWaitForItAlone() {
        Waiters.Waiter other = join("b");
        Waiters.Waiter first = join("a");
        Waiters.Waiter second = join("a");

        waiters.signal(WORKSPACE, "a");

        assertThat(first.end()).isDone();
        assertThat(first.told()).isEqualTo("a");
        assertThat(second.end()).isNotDone();
        assertThat(other.end()).isNotDone();
    }

    @Test
    void signal_ofAKind_whoseFirstWaiterHasJustGone_endsTheNext() {
        Waiters.Waiter gone = join("a");
        Waiters.Waiter next = join("a");
        gone.end().complete(null);

        waiters.signal(WORKSPACE, "a");

        assertThat(next.end()).isDone();
        assertThat(gone.told()).isNull();
    }

    @Test
    void signal_ofNoKind_endsAllWaitsForTheTopic() {
        Waiters.Waiter one = join("a");
        Waiters.Waiter other = join("b");

        waiters.signal(WORKSPACE, null);

        assertThat(one.end()).isDone();
        assertThat(other.end()).isDone();
        assertThat(waiters.areThere()).isFalse();
    }

    @Test
    void join_moreThanACrowdMay_isRefusedUntilOneEnds() {
        Waiters.Waiter first = join("a");
        for (int i = 1; i < Limits.WAITING_CALLS_PER_CROWD_MAX; i++) {
            join("a");
        }

        assertThat(tryToJoin(WORKSPACE)).isNull();
        assertThat(tryToJoin(OTHER)).isNotNull();
        first.end().complete(null);
        assertThat(tryToJoin(WORKSPACE)).isNotNull();
    }

    private Waiters.Waiter join(String kind) {
        return Objects.requireNonNull(waiters.join(WORKSPACE, new Command.Wait(WORKSPACE, 1, null, Set.of(kind))));
    }

    private Waiters.@Nullable Waiter tryToJoin(Id workspace) {
        return waiters.join(workspace, new Command.Wait(workspace, 1));
    }
}
