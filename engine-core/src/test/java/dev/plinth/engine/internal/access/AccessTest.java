package dev.plinth.engine.internal.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.plinth.engine.api.Scope;
import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Plans;
import dev.plinth.engine.internal.base.ScopeBits;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.Grace;
import dev.plinth.engine.internal.base.rows.RowWriter;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.SetKey;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.settings.Plan;
import dev.plinth.engine.settings.RetentionTimes;
import dev.plinth.engine.settings.SeededIds;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccessTest {
    private static final Id WORKSPACE = new Id(IdKind.WORKSPACE, 1, 2);
    private static final Id KEY = new Id(IdKind.KEY, 3, 4);
    private static final long NOW = 1_000_000;
    private static final int SPELLINGS = 500;

    private final OneKey rows = new OneKey();
    private final Access access = new Access(new Plans(List.of()), "in process", Access.digest("operator"));

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

        access.changed(
                new Changes().put(TableName.SETTINGS, new byte[16], new byte[9]).writes());
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

    @Test
    void isCurrent_onceAllIsForgotten_isFalse() {
        Access.CachedCredential found = access.authenticate("Bearer " + rows.secret, () -> rows, NOW);
        KeyRow key = KeyRow.read(rows.byTable.get(AccessTables.KEYS.name()));
        rows.byTable.remove(AccessTables.USES.name());
        access.noteUse(found, NOW);
        assertThat(access.uses().lastUsedAt(rows, key)).isEqualTo(NOW);

        access.forget();

        assertThat(access.isCurrent(found, NOW)).isFalse();
        assertThat(access.uses().lastUsedAt(rows, key)).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer operator", "bearer  operator ", "Bearer in process"})
    void authenticateOperator_eitherToken_isTaken(String authorization) {
        access.authenticateOperator(authorization);

        assertThat(refusal(() -> access.authenticateOperator(authorization + "x"))
                        .code())
                .isEqualTo(ProblemCode.INVALID_TOKEN);
    }

    /** US-ASCII has one byte for every character beyond it, so such tokens would have one digest. */
    @Test
    void authenticateOperator_tokenBeyondAscii_isNotTheOneWithQuestionMarks() {
        Access asked = new Access(new Plans(List.of()), "in process", Access.digest("a?"));
        asked.authenticateOperator("Bearer a?");

        assertThat(refusal(() -> asked.authenticateOperator("Bearer a\u0080")).code())
                .isEqualTo(ProblemCode.INVALID_TOKEN);
        assertThat(refusal(() -> asked.authenticateOperator("Bearer \u0080?")).code())
                .isEqualTo(ProblemCode.INVALID_TOKEN);
        Access edge = new Access(new Plans(List.of()), "in process", Access.digest("a\u007f"));
        edge.authenticateOperator("Bearer a\u007f");
    }

    @Test
    void hasChangedSince_recordOfAdmissionAndTheNext_isFalseAndTrueForBothTables() {
        for (TableName<?> table : List.of(AccessTables.KEYS, AccessTables.WORKSPACES)) {
            assertThat(Access.hasChangedSince(asked -> asked.equals(table) ? 7 : 0, 7))
                    .isFalse();
            assertThat(Access.hasChangedSince(asked -> asked.equals(table) ? 8 : 0, 7))
                    .isTrue();
        }
    }

    @Test
    void authenticateHost_workspaceThatIsNotThere_isTheRefusalOfThatAlone() {
        assertThat(access.authenticateHost(WORKSPACE, rows).workspace()).isEqualTo(WORKSPACE);
        rows.disable();
        Refusal disabled =
                refusal(() -> access.checkState(access.authenticate("Bearer " + rows.secret, () -> rows, NOW)));
        rows.byTable.remove(AccessTables.WORKSPACES.name());

        Refusal none = refusal(() -> access.authenticateHost(WORKSPACE, rows));

        assertThat(Access.isNoWorkspace(none)).isTrue();
        assertThat(Access.isOfDisabledKey(none)).isFalse();
        assertThat(Access.isNoWorkspace(disabled)).isFalse();
        assertThat(Access.isOfDisabledKey(disabled)).isTrue();
    }

    @Test
    void workspace_activeSuspendedAndGone_isTold() {
        assertThat(Access.exists(rows, WORKSPACE)).isTrue();
        assertThat(Access.isActive(rows, WORKSPACE)).isTrue();
        assertThat(access.planned(rows, WORKSPACE)).isNotNull();
        Access.checkActive(rows, WORKSPACE);

        rows.suspend();

        assertThat(Access.exists(rows, WORKSPACE)).isTrue();
        assertThat(Access.isActive(rows, WORKSPACE)).isFalse();
        assertThat(refusal(() -> Access.checkActive(rows, WORKSPACE)).code())
                .isEqualTo(ProblemCode.WORKSPACE_SUSPENDED);

        rows.byTable.remove(AccessTables.WORKSPACES.name());

        assertThat(Access.exists(rows, WORKSPACE)).isFalse();
        assertThat(Access.isActive(rows, WORKSPACE)).isFalse();
        assertThat(access.planned(rows, WORKSPACE)).isNull();
        assertThat(Access.planOf(new Plans(List.of()), rows, WORKSPACE)).isEqualTo(Plan.STARTER);
    }

    @Test
    void checkStillIn_workspaceIsGone_saysToTheHostWhichAndToAKeyThatItIsNotValid() {
        Caller key =
                access.authenticate("Bearer " + rows.secret, () -> rows, NOW).caller();
        Caller host = access.authenticateHost(WORKSPACE, rows);
        Access.checkStillIn(rows, key);
        Access.checkStillIn(rows, host);
        assertThat(Access.stillMay(rows, host, Scope.JOBS_READ)).isTrue();

        rows.byTable.remove(AccessTables.WORKSPACES.name());

        assertThat(refusal(() -> Access.checkStillIn(rows, key)).code()).isEqualTo(ProblemCode.INVALID_TOKEN);
        assertThat(refusal(() -> Access.checkStillIn(rows, host)).code()).isEqualTo(ProblemCode.NOT_FOUND);
        Access.checkStillIn(rows, Caller.OPERATOR);
        Access.checkStillIn(rows, Caller.engineFor(WORKSPACE));
    }

    @Test
    void write_useThatIsStoredAlready_isNoChange() {
        Access.CachedCredential found = access.authenticate("Bearer " + rows.secret, () -> rows, NOW);
        access.noteUse(found, NOW);
        List<LastUsedTimes.Use> uses = access.uses().takeUnwritten();
        assertThat(written(uses)).hasSize(1);

        rows.byTable.put(AccessTables.USES.name(), new RowWriter(1).number(NOW).row());
        assertThat(written(uses)).isEmpty();
        rows.byTable.put(
                AccessTables.USES.name(), new RowWriter(1).number(NOW - 1).row());
        assertThat(written(uses)).hasSize(1);
        rows.byTable.remove(AccessTables.KEYS.name());
        assertThat(written(uses)).isEmpty();
    }

    private List<Changes.Write> written(List<LastUsedTimes.Use> uses) {
        return LastUsedTimes.write(uses).decide(rows.context()).changes().writes();
    }

    private static Refusal refusal(ThrowingCallable call) {
        return catchThrowableOfType(RefusedException.class, call).refusal();
    }

    /** A store with one workspace that has one key. */
    private static final class OneKey implements Rows {
        private final Map<String, byte[]> byTable = new HashMap<>();
        private final ApiSecret made;
        private final String secret;

        OneKey() {
            made = ApiSecret.create(context(), false, true);
            secret = made.reveal();
            put(KeyRow.NEVER, false);
            putWorkspace(false);
            byTable.put(
                    AccessTables.TOKENS.name(),
                    new RowWriter(1).id(WORKSPACE).id(KEY).row());
        }

        Context context() {
            SeededIds ids = new SeededIds(1);
            return new Context(
                    Caller.OPERATOR,
                    NOW,
                    this,
                    ids,
                    new SecretCipher(new byte[SecretCipher.KEY_BYTES], ids),
                    count -> 1);
        }

        void suspend() {
            putWorkspace(true);
        }

        void disable() {
            put(KeyRow.NEVER, true);
        }

        void expireAt(long millis) {
            put(millis, false);
        }

        private void putWorkspace(boolean suspended) {
            WorkspaceRow workspace =
                    new WorkspaceRow(WORKSPACE, 2, "w", "starter", suspended, new byte[] {'{', '}'}, null, NOW);
            byTable.put(AccessTables.WORKSPACES.name(), workspace.row());
        }

        private void put(long expiresAt, boolean disabled) {
            KeyRow.Token token = new KeyRow.Token(made.digest(), Grace.ENDLESS);
            KeyRow key = new KeyRow(
                    new KeyRow.Facts(KEY, WORKSPACE, 1, true, NOW),
                    new KeyRow.Settings("k", ScopeBits.FULL, disabled, expiresAt),
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
