package dev.plinth.engine.internal.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.ExpiryTime;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.ScopeBits;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.rows.Grace;
import dev.plinth.engine.settings.IdSource;
import dev.plinth.engine.settings.SeededIds;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests the row of a key. */
class KeyRowTest {
    private static final Id KEY = new Id(IdKind.KEY, 1, 2);
    private static final Id WORKSPACE = new Id(IdKind.WORKSPACE, 3, 4);
    private static final int ALL_TEN = 1023;
    private static final long NOW = 1_000_000;
    private static final ExpiryTime TIME = new ExpiryTime() {};

    private final IdSource ids = new SeededIds(1);
    private final Context context = new Context(
            Caller.OPERATOR, 0, null, ids, new SecretCipher(new byte[SecretCipher.KEY_BYTES], ids), count -> 1);

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

    @Test
    void rotate_withAGrace_theOldSecretCountsUntilTheMillisecondBeforeItsEnd() {
        ApiSecret first = secret();
        ApiSecret second = secret();
        KeyRow row =
                KeyRow.read(rotate(rotate(unused(), first, 0), second, 60_000).row());

        assertThat(row.accepts(first.digest(), TIME, NOW + 59_999)).isTrue();
        assertThat(row.accepts(first.digest(), TIME, NOW + 60_000)).isFalse();
        assertThat(row.accepts(second.digest(), TIME, NOW + 60_000)).isTrue();
        assertThat(row.validUntil(first.digest())).isEqualTo(NOW + 60_000);
        assertThat(row.validUntil(second.digest())).isEqualTo(KeyRow.NEVER);
    }

    @Test
    void rotate_withoutAGrace_keepsNoOldSecret() {
        ApiSecret first = secret();
        ApiSecret second = secret();
        KeyRow row = rotate(rotate(unused(), first, 60_000), second, 0);

        assertThat(row.secrets().tokens()).hasSize(1);
        assertThat(row.accepts(first.digest(), TIME, NOW)).isFalse();
        assertThat(row.validUntil(first.digest())).isZero();
        assertThat(row.accepts(second.digest(), TIME, NOW)).isTrue();
    }

    @Test
    void rotate_graceOfAnOlderSecret_endsAtTheEarlierOfBothEnds() {
        ApiSecret first = secret();
        ApiSecret second = secret();
        KeyRow twice = rotate(rotate(unused(), first, 0), second, 60_000);

        assertThat(rotate(twice, secret(), 59_999).validUntil(first.digest())).isEqualTo(NOW + 59_999);
        assertThat(rotate(twice, secret(), 60_001).validUntil(first.digest())).isEqualTo(NOW + 60_000);
        assertThat(rotate(twice, secret(), 1).secrets().tokens()).hasSize(3);
    }

    @Test
    void accepts_keyThatEnds_untilTheMillisecondBeforeItsEnd() {
        ApiSecret secret = secret();
        KeyRow row = rotate(unused(), secret, 0).with(new KeyRow.Settings("k", ALL_TEN, false, NOW + 1));

        assertThat(row.accepts(secret.digest(), TIME, NOW)).isTrue();
        assertThat(row.accepts(secret.digest(), TIME, NOW + 1)).isFalse();
        assertThat(row.validUntil(secret.digest())).isEqualTo(NOW + 1);
        assertThat(row.accepts(secret().digest(), TIME, NOW)).isFalse();
    }

    @Test
    void read_rowThatWasWritten_isTheSame() {
        for (boolean one : new boolean[] {true, false}) {
            KeyRow row = new KeyRow(
                    new KeyRow.Facts(KEY, WORKSPACE, 5, one, 6),
                    new KeyRow.Settings("k", ALL_TEN, !one, 7),
                    new KeyRow.Valid("rk_live_", "abcd", List.of()));

            assertThat(KeyRow.read(row.row())).isEqualTo(row);
            KeyRow revoked = KeyRow.read(row.revoke(NOW).row());
            assertThat(revoked.isRevoked()).isTrue();
            assertThat(revoked.revokedAt()).isEqualTo(NOW);
            assertThat(row.isRevoked()).isFalse();
            assertThat(row.revokedAt()).isEqualTo(KeyRow.NOT_REVOKED);
        }
    }

    @Test
    void json_stateOfTheKey_isShownAtItsMillisecond() {
        KeyRow row = unused().with(new KeyRow.Settings("k", ALL_TEN, false, NOW));

        assertThat(json(row, NOW - 1)).contains("\"enabled\"", "expiresAt").doesNotContain("lastUsedAt");
        assertThat(json(row, NOW)).contains("\"expired\"");
        assertThat(json(row.revoke(NOW), NOW)).contains("\"revoked\"");
        KeyRow disabled = row.with(new KeyRow.Settings("k", ALL_TEN, true, KeyRow.NEVER));
        assertThat(json(disabled, NOW)).contains("\"disabled\"").doesNotContain("expiresAt");
    }

    @Test
    void json_keyOfEachMode_namesIt() {
        for (boolean live : new boolean[] {true, false}) {
            KeyRow row = new KeyRow(
                    new KeyRow.Facts(KEY, WORKSPACE, 5, live, 6),
                    new KeyRow.Settings("k", ALL_TEN, false, KeyRow.NEVER),
                    new KeyRow.Valid("rk_", "abcd", List.of()));

            assertThat(json(row, NOW)).contains(live ? "\"mode\":\"live\"" : "\"mode\":\"test\"");
        }
    }

    private KeyRow unused() {
        return new KeyRow(
                new KeyRow.Facts(KEY, WORKSPACE, 5, true, 6),
                new KeyRow.Settings("k", ALL_TEN, false, KeyRow.NEVER),
                new KeyRow.Valid("sk_live_", "abcd", List.of()));
    }

    private KeyRow rotate(KeyRow row, ApiSecret secret, long graceMillis) {
        return row.rotate(secret, new Grace(NOW, NOW + graceMillis), TIME);
    }

    private ApiSecret secret() {
        return ApiSecret.create(context, false, true);
    }

    private static String json(KeyRow row, long now) {
        return new String(row.json(now, null, 0), StandardCharsets.UTF_8);
    }
}
