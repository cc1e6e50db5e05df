package dev.plinth.engine.internal.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.decision.Command;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WaitRegistryTest {
    private static final Id WORKSPACE = new Id(IdKind.WORKSPACE, 1, 1);
    private static final Id OTHER = new Id(IdKind.WORKSPACE, 1, 2);

    private final WaitRegistry waitRegistry = new WaitRegistry();

    @Test
    void signal_ofAKind_endsTheFirstWaitForItAlone() {
        WaitRegistry.Waiter other = join("b");
        WaitRegistry.Waiter first = join("a");
        WaitRegistry.Waiter second = join("a");

        waitRegistry.signal(WORKSPACE, "a");

        assertThat(first.end()).isDone();
        assertThat(first.kind()).isEqualTo("a");
        assertThat(second.end()).isNotDone();
        assertThat(other.end()).isNotDone();
    }

    @Test
    void signal_ofAKind_whoseFirstWaiterHasJustGone_endsTheNext() {
        WaitRegistry.Waiter gone = join("a");
        WaitRegistry.Waiter next = join("a");
        gone.end().complete(null);

        waitRegistry.signal(WORKSPACE, "a");

        assertThat(next.end()).isDone();
        assertThat(gone.kind()).isNull();
    }

    @Test
    void signal_ofNoKind_endsAllWaitsForTheTopic() {
        WaitRegistry.Waiter one = join("a");
        WaitRegistry.Waiter other = join("b");

        waitRegistry.signal(WORKSPACE, null);

        assertThat(one.end()).isDone();
        assertThat(other.end()).isDone();
        assertThat(waitRegistry.areThere()).isFalse();
    }

    @Test
    void join_moreThanACrowdMay_isRefusedUntilOneEnds() {
        WaitRegistry.Waiter first = join("a");
        for (int i = 1; i < Limits.WAITING_CALLS_PER_GROUP_MAX; i++) {
            join("a");
        }

        assertThat(tryToJoin(WORKSPACE)).isNull();
        assertThat(tryToJoin(OTHER)).isNotNull();
        first.end().complete(null);
        assertThat(tryToJoin(WORKSPACE)).isNotNull();
    }

    private WaitRegistry.Waiter join(String kind) {
        return Objects.requireNonNull(waitRegistry.join(WORKSPACE, new Command.Wait(WORKSPACE, 1, null, Set.of(kind))));
    }

    private WaitRegistry.@Nullable Waiter tryToJoin(Id workspace) {
        return waitRegistry.join(workspace, new Command.Wait(workspace, 1));
    }
}
