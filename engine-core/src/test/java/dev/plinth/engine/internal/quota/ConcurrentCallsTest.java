package dev.plinth.engine.internal.quota;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ConcurrentCallsTest {
    private static final Id WORKSPACE = new Id(IdKind.WORKSPACE, 1, 1);
    private static final Id OTHER = new Id(IdKind.WORKSPACE, 1, 2);

    private final ConcurrentCalls calls = new ConcurrentCalls();

    @Test
    void begin_moreThanAWorkspaceMay_isRefusedUntilOneEnds() {
        ConcurrentCalls.Call first = Objects.requireNonNull(calls.begin(WORKSPACE));
        for (int i = 1; i < Limits.CALLS_PER_WORKSPACE_MAX; i++) {
            assertThat(calls.begin(WORKSPACE)).isNotNull();
        }

        assertThat(calls.begin(WORKSPACE)).isNull();
        assertThat(calls.begin(OTHER)).isNotNull();
        first.run();
        first.run();
        assertThat(calls.begin(WORKSPACE)).isNotNull();
        assertThat(calls.begin(WORKSPACE)).isNull();
    }

    @Test
    void forget_workspaceWithAllItsCallsInFlight_beginsAtZero() {
        for (int i = 0; i < Limits.CALLS_PER_WORKSPACE_MAX; i++) {
            assertThat(calls.begin(WORKSPACE)).isNotNull();
        }

        calls.forget(WORKSPACE);

        assertThat(calls.begin(WORKSPACE)).isNotNull();
    }
}
