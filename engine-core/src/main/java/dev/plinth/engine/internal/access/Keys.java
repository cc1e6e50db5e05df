package dev.plinth.engine.internal.access;

import dev.plinth.engine.api.KeyMode;
import dev.plinth.engine.api.KeyStatus;
import dev.plinth.engine.api.Scope;
import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.ScopeBits;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.decision.Decision;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.Grace;
import dev.plinth.engine.internal.base.rows.ReserveAccess;
import dev.plinth.engine.internal.base.rows.RowWriter;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.SetKey;
import dev.plinth.engine.internal.base.rows.StoredRow;
import dev.plinth.engine.internal.json.JsonReader;
import dev.plinth.engine.internal.json.JsonValue;
import dev.plinth.engine.internal.list.Lists;
import dev.plinth.engine.internal.list.PageRequest;
import dev.plinth.engine.internal.shape.Entity;
import dev.plinth.engine.internal.shape.Schema;
import dev.plinth.engine.internal.timer.DueKinds;
import dev.plinth.engine.internal.timer.DueRetention;
import dev.plinth.engine.internal.timer.SweepBatch;
import dev.plinth.engine.internal.timer.SweepWork;
import dev.plinth.engine.internal.timer.WorkspacePurge;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The commands on API keys. Only the answer to a creation or rotation has the secret. */
public final class Keys {
    /** The modes of a key, the usual first. */
    public static final List<String> MODES = Schema.words(KeyMode.values());

    /** The members of a key. */
    public static final Entity ENTITY = Entity.named("Key")
            .with("id", Schema.id(IdKind.KEY))
            .with("name", Schema.TEXT)
            .with("mode", Schema.oneOf(MODES))
            .with("scopes", Schema.list(Schema.TEXT))
            .with("prefix", Schema.TEXT)
            .with("last4", Schema.TEXT)
            .with("status", Schema.oneOf(Schema.words(KeyStatus.values())))
            .maybe("expiresAt", Schema.TIME)
            .maybe("lastUsedAt", Schema.TIME)
            .with("createdAt", Schema.TIME)
            .maybe("secret", Schema.TEXT);

    /** The expiry of a key that does not expire, in epoch milliseconds. */
    public static final long NEVER = KeyRow.NEVER;

    private Keys() {}

    /**
     * The members of a new key.
     *
     * @param name its name
     * @param live false for a test key
     * @param scopes what the key may do, as bits of {@link Scope}
     * @param expiresAt when it expires, in epoch milliseconds, or null
     */
    public record KeyDraft(
            String name, boolean live, int scopes, @Nullable Long expiresAt) {}

    /**
     * Returns the retention of revoked keys. The digests of their secrets went with the revocation, and their last uses
     * go with them.
     */
    public static SweepWork retention() {
        return new DueRetention<>(
                "revoked keys", AccessTables.KEYS, DueKinds.REVOKED_KEYS, KeyRow::keptMillis, Keys::remove);
    }

    /** Returns the purge of a workspace's keys with their secrets and uses. */
    public static WorkspacePurge purge() {
        return Keys::collect;
    }

    private static void collect(Context context, Id workspace, SweepBatch batch) {
        Rows rows = context.rows();
        SetKey all = AccessTables.keysOf(workspace);
        for (StoredRow<KeyRow> each : rows.in(AccessTables.KEYS, all)) {
            if (batch.isFull()) {
                return;
            }
            each.row().secrets().tokens().forEach(token -> batch.remove(AccessTables.TOKENS, token.digest(), 0));
            remove(rows, each, batch);
        }
    }

    private static void remove(Rows rows, StoredRow<KeyRow> key, SweepBatch batch) {
        batch.removeIfPresent(rows, AccessTables.USES, key.key());
        batch.remove(key);
    }

    /** Creates a key of the caller's workspace. */
    public static Command.Change create(KeyDraft input) {
        return context -> create(context, context.workspace(), input);
    }

    /** Creates a key of any workspace, for the operator. */
    public static Command.Change createFor(Id workspace, KeyDraft input) {
        return context -> {
            Workspaces.find(context, workspace);
            return create(context, workspace, input);
        };
    }

    /** Shows a key. */
    public static Command.Query get(Id id, LastUsedTimes lastUsed) {
        return context -> Outcome.Done.ok(shown(context, find(context, id), null, lastUsed));
    }

    /** Lists the keys of the caller's workspace. */
    public static Command.Query list(PageRequest request, LastUsedTimes lastUsed) {
        return context -> Outcome.Done.ok(Lists.page(
                context.rows(),
                AccessTables.KEYS,
                AccessTables.keysOf(context.workspace()),
                request,
                row -> row.isPurged(context) ? null : shown(context, row, null, lastUsed)));
    }

    /**
     * The changes of a key. Null leaves a member as it is.
     *
     * @param expiresAt when the key expires, in epoch milliseconds, or {@link #NEVER}
     */
    public record Patch(
            @Nullable String name,
            @Nullable Integer scopes,
            @Nullable Boolean enabled,
            @Nullable Long expiresAt) {}

    /** Changes a key. */
    public static Command.Change update(Id id, Patch patch, LastUsedTimes lastUsed) {
        return context -> {
            KeyRow old = find(context, id);
            checkMayManage(context.caller(), old);
            KeyRow.Settings before = old.settings();
            int wanted = patch.scopes() == null ? before.scopes() : patch.scopes();
            checkMayGive(context.caller(), wanted);
            KeyRow row = old.with(new KeyRow.Settings(
                    patch.name() == null ? before.name() : patch.name(),
                    wanted,
                    patch.enabled() == null ? before.isDisabled() : !patch.enabled(),
                    patch.expiresAt() == null ? before.expiresAt() : patch.expiresAt()));
            Changes changes = new Changes().put(AccessTables.KEYS, row.key(), row.row());
            return Decision.of(changes, Outcome.Done.ok(shown(context, row, null, lastUsed)));
        };
    }

    /** Revokes a key for good. A second call changes nothing. */
    public static Command.Change revoke(Id id, LastUsedTimes lastUsed) {
        return context -> {
            KeyRow old = find(context, id);
            checkMayManage(context.caller(), old);
            if (old.isRevoked()) {
                return Decision.nothing(Outcome.Done.ok(shown(context, old, null, lastUsed)));
            }
            KeyRow row = old.revoke(context.now());
            byte[] json = shown(context, row, null, lastUsed);
            Changes changes = new Changes().within(ReserveAccess.RECORDED).put(AccessTables.KEYS, row.key(), row.row());
            removeTokens(changes, old, row);
            changes.event(new Changes.EventDraft(context.workspace(), "key.revoked", null, json));
            return Decision.of(changes, Outcome.Done.ok(json));
        };
    }

    /** Gives a key a new secret. The old one stays valid for so many seconds. */
    public static Command.Change rotate(Id id, long graceSeconds, LastUsedTimes lastUsed) {
        return context -> {
            KeyRow old = find(context, id);
            checkMayManage(context.caller(), old);
            if (old.isRevoked()) {
                throw RefusedException.of(
                        ProblemCode.INVALID_TRANSITION, "The key is revoked for good. Create another one.");
            }
            ApiSecret secret = ApiSecret.create(
                    context, old.scopes() != ScopeBits.FULL, old.facts().isLive());
            KeyRow row =
                    old.rotate(secret, new Grace(context.now(), context.now() + graceSeconds * 1000), context.rows());
            if (row.secrets().tokens().size() > Limits.OLD_SECRETS_MAX + 1) {
                throw RefusedException.of(
                        ProblemCode.INVALID_TRANSITION,
                        "A key may have " + Limits.OLD_SECRETS_MAX
                                + " old secrets in grace, and this one has them. Rotate with graceSeconds 0, or wait until one expires.");
            }
            Changes changes = new Changes().put(AccessTables.KEYS, row.key(), row.row());
            removeTokens(changes, old, row);
            putToken(changes, row, secret);
            byte[] event = shown(context, row, null, lastUsed);
            changes.event(new Changes.EventDraft(context.workspace(), "key.rotated", null, event));
            return Decision.of(
                    changes,
                    Outcome.Done.ok(shown(context, row, secret.reveal(), lastUsed))
                            .withSecret());
        };
    }

    private static Decision create(Context context, Id workspace, KeyDraft input) {
        checkMayGive(context.caller(), input.scopes());
        ApiSecret secret = ApiSecret.create(context, input.scopes() != ScopeBits.FULL, input.live());
        Long expiresAt = input.expiresAt();
        KeyRow.Token token = new KeyRow.Token(secret.digest(), Grace.ENDLESS);
        KeyRow row = new KeyRow(
                new KeyRow.Facts(
                        context.newId(IdKind.KEY), workspace, context.nextNumber(), input.live(), context.now()),
                new KeyRow.Settings(input.name(), input.scopes(), false, expiresAt == null ? KeyRow.NEVER : expiresAt),
                new KeyRow.Valid(secret.prefix(), secret.lastFour(), List.of(token)));
        Changes changes = new Changes().put(AccessTables.KEYS, row.key(), row.row());
        putToken(changes, row, secret);
        changes.event(new Changes.EventDraft(workspace, "key.created", null, row.json(context.now(), null, 0)));
        String location =
                context.caller().isOperator() ? null : "/v1/keys/" + row.id().text();
        return Decision.of(
                changes,
                Outcome.Done.created(row.json(context.now(), secret.reveal(), 0), null, location)
                        .withSecret());
    }

    private static byte[] shown(Context context, KeyRow row, @Nullable String secret, LastUsedTimes lastUsed) {
        return row.json(context.now(), secret, lastUsed.lastUsedAt(context.rows(), row));
    }

    /**
     * Refuses to show a remembered secret of a key to a caller that has fewer scopes than that key.
     *
     * @param body an answer with a secret, of a key or of something else
     */
    public static void checkMayBeShown(Caller caller, byte[] body) {
        if (caller.scopes() == ScopeBits.FULL) {
            return;
        }
        if (JsonReader.trusted(body) instanceof JsonValue.Obj shown
                && shown.get("scopes") instanceof JsonValue.Arr names) {
            int bits = names.items().isEmpty() ? ScopeBits.FULL : 0;
            for (JsonValue name : names.items()) {
                Scope scope = name instanceof JsonValue.Text text ? ScopeBits.named(text.value()) : null;
                bits |= scope == null ? 0 : ScopeBits.withIncluded(scope);
            }
            checkMayGive(caller, bits);
        }
    }

    /** Refuses to give a key scopes that the caller's key lacks. */
    private static void checkMayGive(Caller caller, int scopes) {
        checkHas(
                caller,
                scopes,
                "Only a full key may give full access, and this one is restricted. Name scopes, or use a full key.",
                "A key may give only scopes that it has itself, and this one lacks %s. Leave that out, or use another key.");
    }

    /**
     * Refuses to change a key that may do more than the caller's, because the caller of a rotation gets the new secret.
     */
    private static void checkMayManage(Caller caller, KeyRow key) {
        checkHas(
                caller,
                key.scopes(),
                "Only a full key may change, rotate or revoke a full key, and this one is restricted. Use a full key.",
                "A key may manage only keys that have no scope beyond its own, and this one lacks %s. Use another key.");
    }

    private static void checkHas(Caller caller, int scopes, String lacksAll, String lacksSome) {
        int lacking = scopes & ~caller.scopes();
        if (lacking == 0) {
            return;
        }
        String names = String.join(" ", ScopeBits.names(lacking));
        String detail = scopes == ScopeBits.FULL ? lacksAll : String.format(lacksSome, names);
        throw new RefusedException(
                Refusal.of(ProblemCode.INSUFFICIENT_SCOPE, detail).hint(names.isEmpty() ? "all" : names));
    }

    private static void putToken(Changes changes, KeyRow row, ApiSecret secret) {
        byte[] owner = new RowWriter(1).id(row.workspace()).id(row.id()).row();
        changes.put(AccessTables.TOKENS, secret.digest(), owner);
    }

    private static void removeTokens(Changes changes, KeyRow old, KeyRow row) {
        for (KeyRow.Token token : old.secrets().tokens()) {
            boolean kept =
                    row.secrets().tokens().stream().anyMatch(other -> Arrays.equals(other.digest(), token.digest()));
            if (!kept) {
                changes.remove(AccessTables.TOKENS, token.digest());
            }
        }
    }

    private static KeyRow find(Context context, Id id) {
        KeyRow found =
                context.rows().find(AccessTables.KEYS, context.workspace().keyOf(id));
        if (found == null || found.isPurged(context)) {
            throw new RefusedException(Refusal.notFound());
        }
        return found;
    }
}
