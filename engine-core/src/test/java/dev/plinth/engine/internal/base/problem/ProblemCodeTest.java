package dev.plinth.engine.internal.base.problem;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ProblemCodeTest {
    /** Contract §5: refusals that are reached after validation, never these statuses. */
    private static final Set<Integer> NEVER_REMEMBERED = Set.of(400, 401, 405, 412, 413, 415, 428, 429, 500, 503);

    @ParameterizedTest
    @EnumSource(ProblemCode.class)
    void remembered_statusThatMayComeOutOtherwiseNextTime_isNot(ProblemCode code) {
        if (NEVER_REMEMBERED.contains(code.status())) {
            assertThat(code.remembered()).isFalse();
        }
    }

    @Test
    void remembered_refusalByTheStateOfThings_is() {
        assertThat(ProblemCode.NOT_FOUND.remembered()).isTrue();
        assertThat(ProblemCode.RESOURCE_ARCHIVED.remembered()).isTrue();
        assertThat(ProblemCode.INVALID_TRANSITION.remembered()).isTrue();
        assertThat(ProblemCode.IDEMPOTENCY_KEY_IN_USE.remembered()).isFalse();
        assertThat(ProblemCode.IDEMPOTENCY_KEY_REUSED.remembered()).isFalse();
        assertThat(ProblemCode.INSUFFICIENT_SCOPE.remembered()).isTrue();
        assertThat(ProblemCode.WORKSPACE_SUSPENDED.remembered()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(ProblemCode.class)
    void retryable_serverProblemsAndTooMany_onlyThese(ProblemCode code) {
        boolean transientProblem = code.status() >= 500 || code.status() == 429;
        assertThat(code.retryable()).isEqualTo(transientProblem || code == ProblemCode.IDEMPOTENCY_KEY_IN_USE);
    }
}
