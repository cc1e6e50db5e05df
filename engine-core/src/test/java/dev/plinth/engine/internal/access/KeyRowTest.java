package dev.plinth.engine.internal.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.ScopeBits;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests the row of a key. */
class KeyRowTest {
    private static final Id KEY = new Id(IdKind.KEY, 1, 2);
    private static final Id WORKSPACE = new Id(IdKind.WORKSPACE, 3, 4);
    private static final int ALL_TEN = 1023;

    @Test
    void read_allTenScopes_staysRestricted() {
        KeyRow row = new KeyRow(
                new KeyRow.Facts(KEY, WORKSPACE, 5, true, 6),
                new KeyRow.Settings("k", ALL_TEN, false, 7),
                new KeyRow.Valid("rk_live_", "abcd", List.of()));

        assertThat(KeyRow.read(row.row()).scopes()).isEqualTo(ALL_TEN);
        KeyRow full = row.with(new KeyRow.Settings("k", ScopeBits.FULL, false, 7));
        assertThat(KeyRow.read(full.row()).scopes()).isEqualTo(ScopeBits.FULL);
    }
}
