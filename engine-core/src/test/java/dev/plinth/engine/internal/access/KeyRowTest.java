package dev.plinth.engine.internal.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Scope;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Keys as older releases stored them. */
class KeyRowTest {
    private static final Id KEY = new Id(IdKind.KEY, 1, 2);
    private static final Id WORKSPACE = new Id(IdKind.WORKSPACE, 3, 4);
    private static final int ALL_TEN = 1023;

    @Test
    void read_allTenScopesAsWrittenNow_staysRestricted() {
        KeyRow row = new KeyRow(
                KEY, WORKSPACE, 5, "k", true, ALL_TEN, "rk_live_", "abcd", false, KeyRow.NOT_REVOKED, 7, 6, List.of());

        assertThat(KeyRow.read(row.row()).scopes()).isEqualTo(ALL_TEN);
        assertThat(KeyRow.read(row.with("k", Scope.FULL, false, 7).row()).scopes())
                .isEqualTo(Scope.FULL);
    }
}
