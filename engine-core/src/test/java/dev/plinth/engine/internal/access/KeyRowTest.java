package dev.plinth.engine.internal.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.RowWriter;
import dev.plinth.engine.internal.base.Scope;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Keys as older releases stored them. */
class KeyRowTest {
    private static final Id KEY = new Id(IdKind.KEY, 1, 2);
    private static final Id WORKSPACE = new Id(IdKind.WORKSPACE, 3, 4);
    private static final int ALL_TEN = 1023;

    @Test
    void read_fullKeyOfVersion1_isFull() {
        KeyRow row = KeyRow.read(version1(ALL_TEN));

        assertThat(row.scopes()).isEqualTo(Scope.FULL);
        assertThat(row.lastFour()).isEqualTo("abcd");
        assertThat(row.expiresAt()).isEqualTo(7);
        assertThat(row.tokens()).hasSize(1);
    }

    @Test
    void read_restrictedKeyOfVersion1_keepsItsScopes() {
        assertThat(KeyRow.read(version1(Scope.JOBS_WRITE.bits())).scopes()).isEqualTo(Scope.JOBS_WRITE.bits());
    }

    @Test
    void read_allTenScopesAsWrittenNow_staysRestricted() {
        KeyRow row =
                new KeyRow(KEY, WORKSPACE, 5, "k", true, ALL_TEN, "rk_live_", "abcd", false, false, 7, 6, List.of());

        assertThat(KeyRow.read(row.row()).scopes()).isEqualTo(ALL_TEN);
        assertThat(KeyRow.read(row.with("k", Scope.FULL, false, 7).row()).scopes())
                .isEqualTo(Scope.FULL);
    }

    private static byte[] version1(int scopes) {
        return new RowWriter(1)
                .id(KEY)
                .id(WORKSPACE)
                .number(5)
                .text("k")
                .small(1)
                .small(scopes)
                .text("sk_live_")
                .text("abcd")
                .small(0)
                .small(0)
                .number(7)
                .number(6)
                .small(1)
                .bytes(new byte[32])
                .number(KeyRow.NEVER)
                .row();
    }
}
