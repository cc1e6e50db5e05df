package dev.plinth.engine.internal.base;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Plan;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScopeTest {
    @Test
    void named_wireNameOfEachScope_isTheScope() {
        assertThat(List.of(Scope.values()))
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
        for (Scope scope : Scope.values()) {
            assertThat(Scope.named(scope.wireName())).isSameAs(scope);
        }
    }

    @Test
    void named_anythingElse_isNull() {
        for (String name : List.of("", "resources", "resources:", "RESOURCES:READ", "resources_read", "all", "*")) {
            assertThat(Scope.named(name)).isNull();
        }
    }

    @Test
    void bits_ofWrite_includeRead() {
        assertThat(Scope.JOBS_WRITE.bits()).isEqualTo(Scope.JOBS_READ.bit() | Scope.JOBS_WRITE.bit());
        assertThat(Scope.JOBS_READ.bits()).isEqualTo(Scope.JOBS_READ.bit());
        int all = 0;
        for (Scope scope : Scope.values()) {
            assertThat(Integer.bitCount(scope.bit())).isOne();
            all |= scope.bit();
        }
        assertThat(all).isLessThan(Scope.FULL);
        assertThat(all & ~Scope.FULL).isZero();
    }

    @Test
    void names_bits_showWhatIsNotIncludedAlready() {
        assertThat(Scope.names(Scope.EVENTS_READ.bits())).containsExactly("events:read");
        assertThat(Scope.names(Scope.EVENTS_WRITE.bits())).containsExactly("events:write");
        assertThat(Scope.names(Scope.EVENTS_WRITE.bits() | Scope.JOBS_READ.bits()))
                .containsExactly("jobs:read", "events:write");
        assertThat(Scope.names(0)).isEmpty();
        assertThat(Scope.names(Scope.FULL)).isEmpty();
        assertThat(Scope.names((1 << Scope.values().length) - 1))
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
        for (int bits = 0; bits < 1 << Scope.values().length; bits++) {
            int closed = 0;
            for (Scope scope : Scope.values()) {
                closed |= (bits & scope.bit()) != 0 ? scope.bits() : 0;
            }
            int back = 0;
            for (String name : Scope.names(closed)) {
                back |= Scope.named(name).bits();
            }
            assertThat(back).isEqualTo(closed);
        }
    }

    @Test
    void may_callerWithRead_readsButDoesNotWrite() {
        Caller reader = new Caller(
                new Id(IdKind.WORKSPACE, 1, 1), new Id(IdKind.KEY, 1, 1), Scope.RESOURCES_READ.bits(), Plan.STARTER, 0);

        assertThat(reader.may(Scope.RESOURCES_READ)).isTrue();
        assertThat(reader.may(Scope.RESOURCES_WRITE)).isFalse();
        assertThat(reader.may(Scope.KEYS_READ)).isFalse();
        assertThat(Caller.OPERATOR.may(Scope.KEYS_WRITE)).isTrue();
        assertThat(Caller.OPERATOR.isOperator()).isTrue();
        assertThat(reader.isOperator()).isFalse();
    }
}
