package dev.plinth.engine.internal.base;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Scope;
import dev.plinth.engine.settings.Plan;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScopeBitsTest {
    @Test
    void named_wireNameOfEachScope_isTheScope() {
        assertThat(ScopeBits.SCOPES)
                .map(Scope::wireName)
                .containsExactly(
                        "resources:read",
                        "resources:write",
                        "jobs:read",
                        "jobs:write",
                        "events:read",
                        "events:write",
                        "webhooks:read",
                        "webhooks:write",
                        "keys:read",
                        "keys:write",
                        "requests:read");
        for (Scope scope : ScopeBits.SCOPES) {
            assertThat(ScopeBits.named(scope.wireName())).isSameAs(scope);
        }
    }

    @Test
    void named_anythingElse_isNull() {
        for (String name : List.of("", "resources", "resources:", "RESOURCES:READ", "resources_read", "all", "*")) {
            assertThat(ScopeBits.named(name)).isNull();
        }
    }

    @Test
    void bits_ofWrite_includeRead() {
        assertThat(ScopeBits.withIncluded(Scope.JOBS_WRITE))
                .isEqualTo(ScopeBits.of(Scope.JOBS_READ) | ScopeBits.of(Scope.JOBS_WRITE));
        assertThat(ScopeBits.withIncluded(Scope.JOBS_READ)).isEqualTo(ScopeBits.of(Scope.JOBS_READ));
        int all = 0;
        for (Scope scope : ScopeBits.SCOPES) {
            assertThat(Integer.bitCount(ScopeBits.of(scope))).isOne();
            all |= ScopeBits.of(scope);
        }
        assertThat(all).isLessThan(ScopeBits.FULL);
        assertThat(all & ~ScopeBits.FULL).isZero();
    }

    @Test
    void names_bits_showWhatIsNotIncludedAlready() {
        assertThat(ScopeBits.names(ScopeBits.withIncluded(Scope.EVENTS_READ))).containsExactly("events:read");
        assertThat(ScopeBits.names(ScopeBits.withIncluded(Scope.EVENTS_WRITE))).containsExactly("events:write");
        assertThat(ScopeBits.names(
                        ScopeBits.withIncluded(Scope.EVENTS_WRITE) | ScopeBits.withIncluded(Scope.JOBS_READ)))
                .containsExactly("jobs:read", "events:write");
        assertThat(ScopeBits.names(0)).isEmpty();
        assertThat(ScopeBits.names(ScopeBits.FULL)).isEmpty();
        assertThat(ScopeBits.names((1 << ScopeBits.SCOPES.size()) - 1))
                .containsExactly(
                        "resources:write",
                        "jobs:write",
                        "events:write",
                        "webhooks:write",
                        "keys:write",
                        "requests:read");
    }

    @Test
    void names_anyBits_giveTheSameBitsBack() {
        for (int bits = 0; bits < 1 << ScopeBits.SCOPES.size(); bits++) {
            int closed = 0;
            for (Scope scope : ScopeBits.SCOPES) {
                closed |= (bits & ScopeBits.of(scope)) != 0 ? ScopeBits.withIncluded(scope) : 0;
            }
            int back = 0;
            for (String name : ScopeBits.names(closed)) {
                back |= ScopeBits.withIncluded(ScopeBits.named(name));
            }
            assertThat(back).isEqualTo(closed);
        }
    }

    @Test
    void may_callerWithRead_readsButDoesNotWrite() {
        Caller reader = new Caller(
                new Id(IdKind.WORKSPACE, 1, 1),
                new Id(IdKind.KEY, 1, 1),
                ScopeBits.withIncluded(Scope.RESOURCES_READ),
                Plan.STARTER,
                0);

        assertThat(reader.may(Scope.RESOURCES_READ)).isTrue();
        assertThat(reader.may(Scope.RESOURCES_WRITE)).isFalse();
        assertThat(reader.may(Scope.KEYS_READ)).isFalse();
        assertThat(Caller.OPERATOR.may(Scope.KEYS_WRITE)).isTrue();
        assertThat(Caller.OPERATOR.isOperator()).isTrue();
        assertThat(reader.isOperator()).isFalse();
    }
}
