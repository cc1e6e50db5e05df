package dev.plinth.engine.internal.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.plinth.engine.api.Scope;
import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Plans;
import dev.plinth.engine.internal.base.ScopeBits;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.decision.Decision;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.RowReader;
import dev.plinth.engine.internal.base.rows.RowWriter;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.base.rows.TransferredTable;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.internal.timer.SweepBatch;
import dev.plinth.engine.settings.Plan;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The door of the room, which turns a credential into a caller.
 *
 * <p>A found caller is cached under the header in its usual spelling, so that a key has one entry however a client
 * spells the header. The entry has the version of all keys and workspaces. A committed change of any of them increments
 * the version, and so does an undo; older entries are then looked up again. Access never depends on a time to live.
 * Thread-safe.
 */
public final class Access {
    private static final byte[] ADMIN_TOKEN = "admin token     ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] DEFAULT_MADE = "default made    ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NEXT_KEY_CHECK = "next key check  ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] KEY_CHECK = "key check       ".getBytes(StandardCharsets.US_ASCII);
    private static final String API_KEY = "API key";
    private static final String TOKEN = "admin token";
    private static final String BEARER = "Bearer";
    private static final String SCHEME = BEARER + " ";
    /**
     * The refusal of every bad credential at every route. It is always the same, so that it reveals nothing of a
     * credential.
     */
    private static final Refusal NOT_VALID = Refusal.of(
            ProblemCode.INVALID_TOKEN,
            "The credential is unknown, malformed, expired or revoked, or of the wrong kind."
                    + " Send an API key of a workspace below /v1, or the admin token below /admin/v1.");

    private static final Refusal NO_WORKSPACE = Refusal.of(
            ProblemCode.NOT_FOUND,
            "No such workspace; it was deleted or never created. Create one with AdminClient.createWorkspace.");
    private static final Refusal DISABLED =
            Refusal.of(ProblemCode.FORBIDDEN, "The API key is disabled. Enable it, or use another key.");
    private static final Refusal SUSPENDED =
            Refusal.of(ProblemCode.WORKSPACE_SUSPENDED, "The workspace is suspended. Ask the operator to activate it.");

    private final Cache<String, CachedCredential> cache =
            Caffeine.newBuilder().maximumSize(LastUsedTimes.KEYS_MAX).build();
    private final LastUsedTimes lastUsed = new LastUsedTimes();
    private final AtomicLong version = new AtomicLong();
    private final Plans plans;
    private final byte[] inProcessDigest;
    private final byte[] adminDigest;

    /**
     * Makes a room for these plans.
     *
     * @param inProcessToken a token of this process alone, for the operator's typed client
     * @param adminDigest SHA-256 of the operator's token
     */
    public Access(Plans plans, String inProcessToken, byte[] adminDigest) {
        this.plans = plans;
        this.inProcessDigest = ApiSecret.digest(inProcessToken);
        this.adminDigest = adminDigest;
    }

    /** Returns the SHA-256 digest of a token. */
    public static byte[] digest(String token) {
        return ApiSecret.digest(token);
    }

    /** Returns the digest of the operator's token that the store remembers, or null. */
    public static byte @Nullable [] rememberedAdmin(Rows rows) {
        return setting(rows, ADMIN_TOKEN);
    }

    /** Remembers the digest of the operator's token. */
    public static Command.Change rememberAdmin(byte[] digest) {
        return put(ADMIN_TOKEN, digest);
    }

    /** Returns true if a default workspace was created once, or workspaces existed when it would have been. */
    public static boolean hasHadDefault(Rows rows) {
        return setting(rows, DEFAULT_MADE) != null;
    }

    /** Remembers that the default workspace is not to be created again. */
    public static Command.Change rememberDefault() {
        return put(DEFAULT_MADE, new byte[1]);
    }

    /** Returns a value that only the master key of the store decrypts, or null if the store has none yet. */
    public static byte @Nullable [] rememberedKeyCheck(Rows rows) {
        return setting(rows, KEY_CHECK);
    }

    /** Remembers the value of {@link #rememberedKeyCheck}. */
    public static Command.Change rememberKeyCheck(byte[] sealed) {
        return put(KEY_CHECK, sealed);
    }

    /** Returns a value that only the master key decrypts that is taking the place of another, or null if none is. */
    public static byte @Nullable [] rememberedNextKeyCheck(Rows rows) {
        return setting(rows, NEXT_KEY_CHECK);
    }

    /** Remembers the value of {@link #rememberedNextKeyCheck}. */
    public static Command.Change rememberNextKeyCheck(byte[] sealed) {
        return put(NEXT_KEY_CHECK, sealed);
    }

    /** Puts into a batch that the next key check takes the place of the key check. */
    public static void renewKeyCheck(Rows rows, byte[] sealed, SweepBatch batch) {
        batch.end(TableName.SETTINGS, KEY_CHECK, new RowWriter(1).bytes(sealed).row());
        batch.removeIfPresent(rows, TableName.SETTINGS, NEXT_KEY_CHECK);
    }

    private static byte @Nullable [] setting(Rows rows, byte[] name) {
        byte[] row = rows.get(TableName.SETTINGS, name);
        return row == null ? null : new RowReader(row, 1).bytes();
    }

    private static Command.Change put(byte[] name, byte[] value) {
        return context -> Decision.of(
                new Changes()
                        .put(
                                TableName.SETTINGS,
                                name,
                                new RowWriter(1).bytes(value).row()),
                Outcome.Done.ok(new byte[0]));
    }

    /** The tables of the room. */
    public static List<TableName<?>> tables() {
        return List.of(
                AccessTables.WORKSPACES, AccessTables.KEYS, AccessTables.TOKENS, TableName.SETTINGS, AccessTables.USES);
    }

    /** Returns the tables whose rows move with a workspace: keys before what belongs to them. */
    public static List<TransferredTable> transferred() {
        return AccessTables.transferred();
    }

    /** Returns the table of the workspaces themselves. */
    public static TableName<?> workspaces() {
        return AccessTables.WORKSPACES;
    }

    /** Returns the plan that the row of a workspace names. */
    public static String planOf(byte[] workspaceRow) {
        return WorkspaceRow.read(workspaceRow).plan();
    }

    /** Returns the list number in the row of a workspace. */
    public static long number(byte[] workspaceRow) {
        return WorkspaceRow.read(workspaceRow).number();
    }

    /** Returns the row of a workspace with another list number and under a plan. */
    public static byte[] moved(byte[] workspaceRow, long number, String plan) {
        WorkspaceRow row = WorkspaceRow.read(workspaceRow);
        return new WorkspaceRow(
                        row.id(),
                        number,
                        row.name(),
                        plan,
                        row.suspended(),
                        row.metadata(),
                        row.sharesFrom(),
                        row.createdAt())
                .row();
    }

    /**
     * Has the cache learn of durable changes and of undone ones.
     *
     * @param listener learns of workspaces with their plans from a durable record on
     */
    public void register(Store store, Consumer<Caller> listener) {
        store.onUndone(this::changed);
        store.onCommitted((sequence, writes) -> {
            changed(writes);
            for (int i = 0; i < writes.size(); i++) {
                Caller planned = planned(writes.get(i), sequence);
                if (planned != null) {
                    listener.accept(planned);
                }
            }
        });
    }

    /** Receives every durable change and every undo. Increments the version if keys or workspaces are among it. */
    public void changed(List<Changes.Write> writes) {
        for (int i = 0; i < writes.size(); i++) {
            Changes.Write write = writes.get(i);
            if (write.isIn(AccessTables.WORKSPACES)
                    || write.isIn(AccessTables.KEYS)
                    || write.isIn(AccessTables.TOKENS)) {
                version.incrementAndGet();
                return;
            }
        }
    }

    /**
     * Returns the caller with the plan that a workspace has from a record on, or null if the write changes no
     * workspace.
     */
    public @Nullable Caller planned(Changes.Write write, long sequence) {
        WorkspaceRow row = write.rowIn(AccessTables.WORKSPACES);
        return row == null ? null : under(plans, row, sequence);
    }

    /** Returns the caller with the present plan of a workspace, or null if there is no such workspace. */
    public @Nullable Caller planned(Rows rows, Id workspace) {
        byte[] bytes = rows.get(AccessTables.WORKSPACES, workspace.key());
        return bytes == null ? null : under(plans, WorkspaceRow.read(bytes), RowReader.sequence(bytes));
    }

    /** Returns how many workspaces have each plan, by its name. Reads every workspace. */
    public static Map<String, Long> workspacesByPlan(Rows rows) {
        Map<String, Long> counts = new TreeMap<>();
        forEachWorkspace(rows, row -> counts.merge(row.plan(), 1L, Long::sum));
        return counts;
    }

    /** Returns the ids of all workspaces. */
    public static List<Id> workspaces(Rows rows) {
        List<Id> ids = new ArrayList<>();
        forEachWorkspace(rows, row -> ids.add(row.id()));
        return ids;
    }

    private static void forEachWorkspace(Rows rows, Consumer<WorkspaceRow> visitor) {
        rows.in(AccessTables.WORKSPACES, AccessTables.ALL_WORKSPACES).forEach(each -> visitor.accept(each.row()));
    }

    /** Makes every cached credential be looked up again, because plans have changed. */
    public void plansChanged() {
        version.incrementAndGet();
    }

    /** Returns true if a write changes a workspace, so that held work may go on. */
    public static boolean concerns(Changes.Write write) {
        return write.isIn(AccessTables.WORKSPACES);
    }

    /** Returns about how many credentials are cached. */
    long cached() {
        cache.cleanUp();
        return cache.estimatedSize();
    }

    /** Clears the cache, because the rows behind it are gone. */
    public void forget() {
        version.incrementAndGet();
        lastUsed.forget();
    }

    /**
     * Finds the caller of a workspace's credential.
     *
     * @param authorization the header's value, or null
     * @param rows gives the rows to look in if the credential is not cached
     * @throws RefusedException with 401 if the credential is not valid
     */
    public CachedCredential authenticate(
            @Nullable String authorization, Supplier<? extends Rows> rows, long nowMillis) {
        // Only the usual spelling is a key of the cache, because a client could send any other spelling in a million
        // forms.
        CachedCredential known = authorization == null ? null : cache.getIfPresent(authorization);
        if (known != null && isCurrent(known, nowMillis)) {
            return known;
        }
        String token = bearer(authorization);
        if (authorization == null || token == null) {
            throw new RefusedException(noCredential(authorization, API_KEY));
        }
        CachedCredential cachedCredential = ApiSecret.isWellFormed(token) ? find(token, rows.get(), nowMillis) : null;
        if (cachedCredential == null) {
            throw new RefusedException(NOT_VALID);
        }
        cache.put(SCHEME + token, cachedCredential);
        return cachedCredential;
    }

    /**
     * Returns true if a found credential still tells the truth: no key, workspace or plan has changed since, and it has not
     * expired. Otherwise {@link #authenticate} is asked again.
     */
    public boolean isCurrent(CachedCredential found, long nowMillis) {
        return found.version == version.get() && nowMillis < found.validUntil;
    }

    /**
     * Returns the host's own code as the caller of a workspace.
     *
     * @throws RefusedException with 404 if there is no such workspace
     */
    public Caller authenticateHost(Id workspace, Rows rows) {
        byte[] bytes = rows.get(AccessTables.WORKSPACES, workspace.key());
        if (bytes == null) {
            throw new RefusedException(NO_WORKSPACE);
        }
        WorkspaceRow row = WorkspaceRow.read(bytes);
        Plans.Registered now = plans.now();
        return Caller.hostFor(workspace, now.of(row.plan()), now.since(RowReader.sequence(bytes)));
    }

    /**
     * Checks the operator's token.
     *
     * @throws RefusedException with 401 if it is not the operator's
     */
    public void authenticateOperator(@Nullable String authorization) {
        String token = bearer(authorization);
        if (token == null) {
            throw new RefusedException(noCredential(authorization, TOKEN));
        }
        byte[] digest = ApiSecret.digest(token);
        if (!MessageDigest.isEqual(digest, adminDigest) & !MessageDigest.isEqual(digest, inProcessDigest)) {
            throw new RefusedException(NOT_VALID);
        }
    }

    /**
     * Checks that neither the key is disabled nor the workspace suspended.
     *
     * @throws RefusedException with 403 if so
     */
    public void checkState(CachedCredential cachedCredential) {
        check(cachedCredential.suspended, cachedCredential.disabled);
    }

    private static void check(boolean suspended, boolean disabled) {
        if (suspended) {
            throw new RefusedException(SUSPENDED);
        }
        if (disabled) {
            throw new RefusedException(DISABLED);
        }
    }

    /** Returns true if the host was refused because there is no such workspace. */
    public static boolean isNoWorkspace(Refusal refusal) {
        return refusal.equals(NO_WORKSPACE);
    }

    /** Returns true if a call was refused because its key is disabled. */
    public static boolean isOfDisabledKey(Refusal refusal) {
        return refusal.equals(DISABLED);
    }

    /** Records the use of a key. A plain store, because every call does this. */
    public void noteUse(CachedCredential cachedCredential, long nowMillis) {
        lastUsed.note(cachedCredential.use, nowMillis);
    }

    /** Returns when keys were last used. */
    public LastUsedTimes uses() {
        return lastUsed;
    }

    /**
     * Refuses an admitted call if its key has been revoked or disabled since, or its workspace suspended or deleted.
     * The refusal is the one that a later call would get.
     *
     * @throws RefusedException with 401, 403 or 404, as at admission
     */
    public static void checkStillIn(Rows rows, Caller caller) {
        if (caller.isEngine() || caller.isOperator()) {
            return;
        }
        WorkspaceRow workspace = workspace(rows, caller.workspace());
        if (workspace == null) {
            throw new RefusedException(caller.isHost() ? NO_WORKSPACE : NOT_VALID);
        }
        boolean disabled = !caller.isHost() && isDisabled(rows, caller);
        check(workspace.suspended(), disabled);
    }

    private static boolean isDisabled(Rows rows, Caller caller) {
        KeyRow key = rows.find(AccessTables.KEYS, caller.workspace().keyOf(caller.key()));
        if (key == null || key.isRevoked()) {
            throw new RefusedException(NOT_VALID);
        }
        return key.settings().isDisabled();
    }

    /** Returns true if the key of a caller has a scope now. The host's own code has all scopes. */
    public static boolean stillMay(Rows rows, Caller caller, Scope scope) {
        if (caller.isHost()) {
            return true;
        }
        KeyRow row = rows.find(AccessTables.KEYS, caller.workspace().keyOf(caller.key()));
        return row != null && (row.scopes() & ScopeBits.of(scope)) != 0;
    }

    /**
     * Returns true if keys or workspaces were written after a caller was admitted.
     *
     * @param changedAt the last record that wrote to a table
     * @param admittedAt the last record that admission knew
     */
    public static boolean hasChangedSince(ToLongFunction<TableName<?>> changedAt, long admittedAt) {
        return changedAt.applyAsLong(AccessTables.KEYS) > admittedAt
                || changedAt.applyAsLong(AccessTables.WORKSPACES) > admittedAt;
    }

    /** Returns true if a workspace exists. */
    public static boolean exists(Rows rows, Id workspace) {
        return rows.get(AccessTables.WORKSPACES, workspace.key()) != null;
    }

    /**
     * Returns true if a workspace exists and accepts shares of another one. It may have named those from which it
     * accepts shares.
     */
    public static boolean takesShares(Rows rows, Id owner, Id workspace) {
        WorkspaceRow row = workspace(rows, workspace);
        return row != null && row.takesSharesFrom(owner);
    }

    /** Refuses with 404 if a workspace does not exist, and with 403 if it is suspended. */
    public static void checkActive(Rows rows, Id workspace) {
        check(rows.require(AccessTables.WORKSPACES, workspace.key()).suspended(), false);
    }

    /**
     * Refuses the host's own code likewise, by durable rows, once the refusal may be told.
     *
     * @throws RefusedException also if the rows may have been another node's
     */
    public static void checkActive(Store store, Id workspace) {
        try {
            checkActive(store.viewToAct(), workspace);
        } catch (RefusedException refused) {
            store.answers().await(0);
            throw refused;
        }
    }

    /**
     * Returns true if a workspace exists and is not suspended. Only then its jobs start and its deliveries are sent.
     */
    public static boolean isActive(Rows rows, Id workspace) {
        WorkspaceRow row = workspace(rows, workspace);
        return row != null && !row.suspended();
    }

    /** Returns the plan of a workspace, or the smallest plan if the workspace is gone. */
    public static Plan planOf(Plans plans, Rows rows, Id workspace) {
        WorkspaceRow row = workspace(rows, workspace);
        return row == null ? Plan.STARTER : plans.of(row.plan());
    }

    private static @Nullable WorkspaceRow workspace(Rows rows, Id workspace) {
        return rows.find(AccessTables.WORKSPACES, workspace.key());
    }

    /** Returns the engine at work for the caller's workspace, with the limits of the workspace's present plan. */
    public static Caller engineUnderPlan(Plans plans, Context context) {
        return under(plans, Workspaces.find(context, context.workspace()), 0);
    }

    private static Caller under(Plans plans, WorkspaceRow row, long since) {
        Caller engine = Caller.engineFor(row.id());
        Plans.Registered now = plans.now();
        return new Caller(engine.workspace(), engine.key(), engine.scopes(), now.of(row.plan()), now.since(since));
    }

    private @Nullable CachedCredential find(String token, Rows rows, long nowMillis) {
        long seen = version.get();
        byte[] digest = ApiSecret.digest(token);
        byte[] owner = rows.get(AccessTables.TOKENS, digest);
        if (owner == null) {
            return null;
        }
        RowReader in = new RowReader(owner, 1);
        Id workspace = in.id(IdKind.WORKSPACE);
        Id keyId = in.id(IdKind.KEY);
        byte[] keyRow = rows.get(AccessTables.KEYS, workspace.keyOf(keyId));
        byte[] workspaceRow = rows.get(AccessTables.WORKSPACES, workspace.key());
        if (keyRow == null || workspaceRow == null) {
            return null;
        }
        KeyRow key = KeyRow.read(keyRow);
        if (!key.accepts(digest, rows, nowMillis)) {
            return null;
        }
        WorkspaceRow row = WorkspaceRow.read(workspaceRow);
        Plans.Registered now = plans.now();
        Caller caller = new Caller(
                workspace, keyId, key.scopes(), now.of(row.plan()), now.since(RowReader.sequence(workspaceRow)));
        return new CachedCredential(
                caller,
                row.suspended(),
                key.settings().isDisabled(),
                seen,
                key.validUntil(digest),
                lastUsed.of(workspace, keyId));
    }

    /**
     * Names only the usual schemes in its text, because anything else in the header may be a secret without a scheme.
     */
    private static Refusal noCredential(@Nullable String authorization, String credential) {
        String found;
        if (authorization == null) {
            found = "there is no such header";
        } else if (authorization.strip().equalsIgnoreCase(BEARER)) {
            found = "there is nothing behind Bearer";
        } else if (authorization.regionMatches(true, 0, "Basic ", 0, 6)) {
            found = "its scheme is Basic";
        } else {
            found = "it has another scheme or none";
        }
        return Refusal.of(
                ProblemCode.UNAUTHENTICATED,
                "Authorization must be \"" + BEARER + " <" + credential + ">\", but " + found + ".");
    }

    private static @Nullable String bearer(@Nullable String authorization) {
        if (authorization == null || !authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return null;
        }
        String token = authorization.substring(SCHEME.length()).strip();
        return token.isEmpty() ? null : isAscii(token) ? token : "?";
    }

    private static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) {
                return false;
            }
        }
        return true;
    }

    /**
     * The cached result for a credential.
     *
     * @param caller the caller
     * @param suspended true if the workspace is suspended
     * @param disabled true if the key is disabled
     * @param version the version of all keys and workspaces at which this was found
     * @param validUntil when the credential expires, in epoch milliseconds
     * @param use the last use of the key, which is updated in place
     */
    public record CachedCredential(
            Caller caller, boolean suspended, boolean disabled, long version, long validUntil, LastUsedTimes.Use use) {}
}
