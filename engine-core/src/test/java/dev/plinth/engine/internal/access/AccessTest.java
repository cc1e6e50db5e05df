package dev.plinth.engine.internal.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.RetentionTimes;
import dev.plinth.engine.api.SeededIds;
import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Changes;
import dev.plinth.engine.internal.base.Context;
import dev.plinth.engine.internal.base.Grace;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Plans;
import dev.plinth.engine.internal.base.RowWriter;
import dev.plinth.engine.internal.base.Rows;
import dev.plinth.engine.internal.base.ScopeBits;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.base.SetKey;
import dev.plinth.engine.internal.base.TableName;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AccessTest {
    private static final Id WORKSPACE = new Id(IdKind.WORKSPACE, 1, 2);
    private static final Id KEY = new Id(IdKind.KEY, 3, 4);
    private static final long NOW = 1_000_000;
    private static final int SPELLINGS = 500;

    private final OneKey rows = new OneKey();
    private final Access access = new Access(new Plans(List.of()), "in process", new byte[32]);

    /** A header may be 8 KiB long, so an entry for each spelling would let one key fill the memory. */
    @Test
    void authenticate_oneKeyInManySpellings_isCachedOnce() {
        for (int i = 0; i < SPELLINGS; i++) {
            String scheme = i % 2 == 0 ? "bEaReR" : "Bearer";
            Access.CachedCredential cachedCredential =
                    access.authenticate(scheme + " ".repeat(1 + i) + rows.secret, () -> rows, NOW);
            assertThat(cachedCredential.caller().key()).isEqualTo(KEY);
        }

        assertThat(access.cached()).isOne();
    }

    @Test
    void authenticate_usualSpelling_isFoundWithoutRows() {
        Access.CachedCredential first = access.authenticate("Bearer " + rows.secret, () -> rows, NOW);

        Access.CachedCredential again = access.authenticate(
                "Bearer " + rows.secret,
                () -> {
                    throw new AssertionError("Expected the entry of the cache");
                },
                NOW);

        assertThat(again).isSameAs(first);
    }

    @Test
    void isCurrent_afterAChangeOfKeysAndOnlyThen_isFalse() {
        Access.CachedCredential found = access.authenticate("Bearer " + rows.secret, () -> rows, NOW);

        access.changed(new Changes()
                .put(AccessTables.SETTINGS, new byte[16], new byte[9])
                .writes());
        assertThat(access.isCurrent(found, NOW)).isTrue();

        access.changed(new Changes().remove(AccessTables.KEYS, new byte[32]).writes());
        assertThat(access.isCurrent(found, NOW)).isFalse();
    }

    @Test
    void isCurrent_whenTheCredentialExpires_isFalse() {
        rows.expireAt(NOW + 10);
        Access.CachedCredential found = access.authenticate("Bearer " + rows.secret, () -> rows, NOW);

        assertThat(access.isCurrent(found, NOW + 9)).isTrue();
        assertThat(access.isCurrent(found, NOW + 10)).isFalse();
    }

    /** A store with one workspace that has one key. */
    private static final class OneKey implements Rows {
        private final Map<String, byte[]> byTable = new HashMap<>();
        private final ApiSecret made;
        private final String secret;

        OneKey() {
            SeededIds ids = new SeededIds(1);
            Context context = new Context(
                    Caller.OPERATOR,
                    NOW,
                    this,
                    ids,
                    new SecretCipher(new byte[SecretCipher.KEY_BYTES], ids),
                    count -> 1);
            made = ApiSecret.create(context, false, true);
            secret = made.reveal();
            expireAt(KeyRow.NEVER);
            WorkspaceRow workspace =
                    new WorkspaceRow(WORKSPACE, 2, "w", "starter", false, new byte[] {'{', '}'}, null, NOW);
            byTable.put(AccessTables.WORKSPACES.name(), workspace.row());
            byTable.put(
                    AccessTables.TOKENS.name(),
                    new RowWriter(1).id(WORKSPACE).id(KEY).row());
        }

        void expireAt(long millis) {
            KeyRow.Token token = new KeyRow.Token(made.digest(), Grace.ENDLESS);
            KeyRow key = new KeyRow(
                    new KeyRow.Facts(KEY, WORKSPACE, 1, true, NOW),
                    new KeyRow.Settings("k", ScopeBits.FULL, false, millis),
                    new KeyRow.Valid(made.prefix(), made.lastFour(), List.of(token)));
            byTable.put(AccessTables.KEYS.name(), key.row());
        }

        @Override
        public byte @Nullable [] get(TableName<?> table, byte[] key) {
            return byTable.get(table.name());
        }

        @Override
        public long floor(SetKey set, long number) {
            return NONE;
        }

        @Override
        public long ceiling(SetKey set, long number) {
            return NONE;
        }

        @Override
        public long size(SetKey set) {
            return 0;
        }

        @Override
        public byte @Nullable [] at(long number) {
            return null;
        }

        @Override
        public byte @Nullable [] keyAt(long number) {
            return null;
        }

        @Override
        public RetentionTimes retention() {
            return RetentionTimes.DEFAULT;
        }
    }
}
