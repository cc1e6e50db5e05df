package dev.plinth.engine.internal.access;

import dev.plinth.engine.internal.base.Context;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.RowReader;
import dev.plinth.engine.internal.base.RowWriter;
import dev.plinth.engine.internal.base.Rows;
import dev.plinth.engine.internal.base.Scope;
import dev.plinth.engine.internal.base.Times;
import dev.plinth.engine.internal.json.JsonBytes;
import dev.plinth.engine.internal.timer.DueIndex;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An API key as it is stored. It has the secrets only as SHA-256 digests: the current one first, then those in grace.
 */
record KeyRow(
        Id id,
        Id workspace,
        long number,
        String name,
        boolean live,
        int scopes,
        String prefix,
        String lastFour,
        boolean disabled,
        long revokedAt,
        long expiresAt,
        long createdAt,
        List<Token> tokens) {
    /** Means "never". */
    static final long NEVER = Long.MAX_VALUE;

    /** The revocation time of a key that is not revoked. The due index has no entry at it. */
    static final long NOT_REVOKED = DueIndex.NEVER;

    private static final int VERSION = 1;

    static KeyRow read(byte[] row) {
        RowReader in = new RowReader(row, VERSION);
        return new KeyRow(
                in.id(IdKind.KEY),
                in.id(IdKind.WORKSPACE),
                in.number(),
                in.text(),
                in.small() == 1,
                in.small(),
                in.text(),
                in.text(),
                in.small() == 1,
                in.number(),
                in.number(),
                in.number(),
                readTokens(in));
    }

    byte[] row() {
        RowWriter out = new RowWriter(VERSION)
                .id(id)
                .id(workspace)
                .number(number)
                .text(name)
                .small(live ? 1 : 0)
                .small(scopes)
                .text(prefix)
                .text(lastFour)
                .small(disabled ? 1 : 0)
                .number(revokedAt)
                .number(expiresAt)
                .number(createdAt)
                .small(tokens.size());
        for (Token token : tokens) {
            out.bytes(token.digest()).number(token.validUntil());
        }
        return out.row();
    }

    byte[] key() {
        return workspace.keyOf(id);
    }

    KeyRow with(String newName, int newScopes, boolean newDisabled, long newExpiresAt) {
        return new KeyRow(
                id,
                workspace,
                number,
                newName,
                live,
                newScopes,
                prefix,
                lastFour,
                newDisabled,
                revokedAt,
                newExpiresAt,
                createdAt,
                tokens);
    }

    KeyRow revoke(long now) {
        return new KeyRow(
                id, workspace, number, name, live, scopes, prefix, lastFour, disabled, now, expiresAt, createdAt,
                List.of());
    }

    boolean revoked() {
        return revokedAt != NOT_REVOKED;
    }

    /** Returns the time for which a revoked key is shown. */
    static long keptMillis(Rows rows) {
        return rows.retention().revokedKeys().toMillis();
    }

    /** Returns true if the key was revoked so long ago that it is not shown any more. */
    boolean isPurged(Context context) {
        return revoked() && revokedAt + keptMillis(context.rows()) <= context.now();
    }

    /** Returns the key with a new secret. The old secrets stay valid until the end of their grace. */
    KeyRow rotate(ApiSecret secret, long graceUntil, long now) {
        List<Token> next = new ArrayList<>();
        next.add(new Token(secret.digest(), NEVER));
        for (Token token : tokens) {
            long until = Math.min(token.validUntil(), graceUntil);
            if (until > now) {
                next.add(new Token(token.digest(), until));
            }
        }
        return new KeyRow(
                id,
                workspace,
                number,
                name,
                live,
                scopes,
                secret.prefix(),
                secret.lastFour(),
                disabled,
                revokedAt,
                expiresAt,
                createdAt,
                next);
    }

    /** Returns true if a secret with this digest is valid now. */
    boolean accepts(byte[] digest, long now) {
        if (revoked() || now >= expiresAt) {
            return false;
        }
        for (Token token : tokens) {
            if (now < token.validUntil() && Arrays.equals(token.digest(), digest)) {
                return true;
            }
        }
        return false;
    }

    /** Returns until when a secret with this digest is valid, if nothing changes. */
    long validUntil(byte[] digest) {
        for (Token token : tokens) {
            if (Arrays.equals(token.digest(), digest)) {
                return Math.min(expiresAt, token.validUntil());
            }
        }
        return 0;
    }

    /**
     * Renders the key as the wire shows it.
     *
     * @param lastUsedAt when it was last used, in epoch milliseconds; 0 if that is not known
     */
    byte[] json(long now, @Nullable String secret, long lastUsedAt) {
        JsonBytes json = new JsonBytes()
                .open()
                .member("id", id)
                .member("name", name)
                .member("mode", live ? "live" : "test")
                .name("scopes")
                .openArray();
        for (String scope : Scope.names(scopes)) {
            json.text(scope);
        }
        json.closeArray().member("prefix", prefix).member("last4", lastFour).member("status", status(now));
        if (expiresAt != NEVER) {
            json.member("expiresAt", Times.text(expiresAt));
        }
        if (lastUsedAt != 0) {
            json.member("lastUsedAt", Times.text(lastUsedAt));
        }
        return json.member("createdAt", Times.text(createdAt))
                .optional("secret", secret)
                .close()
                .bytes();
    }

    private String status(long now) {
        if (revoked()) {
            return "revoked";
        }
        if (now >= expiresAt) {
            return "expired";
        }
        return disabled ? "disabled" : "enabled";
    }

    private static List<Token> readTokens(RowReader in) {
        int count = in.small();
        List<Token> tokens = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            tokens.add(new Token(in.bytes(), in.number()));
        }
        return tokens;
    }

    /** The digest of a secret with the end of its validity. */
    record Token(byte[] digest, long validUntil) {}
}
