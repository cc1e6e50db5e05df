package dev.plinth.engine.internal.access;

import dev.plinth.engine.internal.base.ExpiryTime;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.ScopeBits;
import dev.plinth.engine.internal.base.Times;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.rows.Grace;
import dev.plinth.engine.internal.base.rows.RowReader;
import dev.plinth.engine.internal.base.rows.RowWriter;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.json.JsonBytes;
import dev.plinth.engine.internal.timer.DueIndex;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An API key as it is stored: what it is for good, what its owner sets, and its secrets. */
record KeyRow(Facts facts, Settings settings, Secrets secrets) {
    /** Means "never". */
    static final long NEVER = Long.MAX_VALUE;

    /** The revocation time of a key that is not revoked. The due index has no entry at it. */
    static final long NOT_REVOKED = DueIndex.NEVER;

    /** Version 1 did not know since when a secret is in grace. */
    private static final int VERSION = 2;

    static KeyRow read(byte[] row) {
        RowReader in = new RowReader(row, VERSION);
        Facts facts = new Facts(in.id(IdKind.KEY), in.id(IdKind.WORKSPACE), in.number(), in.small() == 1, in.number());
        Settings settings = new Settings(in.text(), in.small(), in.small() == 1, in.number());
        return new KeyRow(facts, settings, Secrets.read(in));
    }

    byte[] row() {
        RowWriter out = new RowWriter(VERSION)
                .id(facts.id)
                .id(facts.workspace)
                .number(facts.number)
                .small(facts.isLive ? 1 : 0)
                .number(facts.createdAt)
                .text(settings.name)
                .small(settings.scopes)
                .small(settings.isDisabled ? 1 : 0)
                .number(settings.expiresAt);
        return secrets.write(out).row();
    }

    Id id() {
        return facts.id;
    }

    Id workspace() {
        return facts.workspace;
    }

    int scopes() {
        return settings.scopes;
    }

    byte[] key() {
        return facts.workspace.keyOf(facts.id);
    }

    KeyRow with(Settings next) {
        return new KeyRow(facts, next, secrets);
    }

    KeyRow revoke(long now) {
        return new KeyRow(facts, settings, new Revoked(secrets.prefix(), secrets.lastFour(), now));
    }

    boolean isRevoked() {
        return secrets instanceof Revoked;
    }

    /** Returns when it was revoked, or {@link #NOT_REVOKED}. */
    long revokedAt() {
        return secrets instanceof Revoked revoked ? revoked.at : NOT_REVOKED;
    }

    /** Returns the time for which a revoked key is shown. */
    static long keptMillis(Rows rows) {
        return rows.retention().revokedKeys().toMillis();
    }

    /** Returns true if the key was revoked so long ago that it is not shown any more. */
    boolean isPurged(Context context) {
        return secrets instanceof Revoked revoked && revoked.at + keptMillis(context.rows()) <= context.now();
    }

    /** Returns the key with a new secret. The old secrets stay valid for a grace, and older ones until the end of theirs. */
    KeyRow rotate(ApiSecret secret, Grace grace, ExpiryTime time) {
        List<Token> next = new ArrayList<>();
        next.add(new Token(secret.digest(), Grace.ENDLESS));
        for (Token token : secrets.tokens()) {
            Token old = new Token(token.digest(), token.grace().endedBy(grace));
            if (!old.grace().isOver(time, grace.since())) {
                next.add(old);
            }
        }
        return new KeyRow(facts, settings, new Valid(secret.prefix(), secret.lastFour(), next));
    }

    /** Returns true if a secret with this digest is valid now. */
    boolean accepts(byte[] digest, ExpiryTime time, long now) {
        if (now >= settings.expiresAt) {
            return false;
        }
        for (Token token : secrets.tokens()) {
            if (Arrays.equals(token.digest(), digest) && !token.grace().isOver(time, now)) {
                return true;
            }
        }
        return false;
    }

    /** Returns until when a secret with this digest is valid, if nothing changes. */
    long validUntil(byte[] digest) {
        for (Token token : secrets.tokens()) {
            if (Arrays.equals(token.digest(), digest)) {
                return Math.min(settings.expiresAt, token.grace().until());
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
        JsonBytes json = JsonBytes.object()
                .member("id", facts.id)
                .member("name", settings.name)
                .member("mode", facts.isLive ? "live" : "test")
                .name("scopes")
                .openArray();
        for (String scope : ScopeBits.names(settings.scopes)) {
            json.text(scope);
        }
        json.closeArray()
                .member("prefix", secrets.prefix())
                .member("last4", secrets.lastFour())
                .member("status", status(now));
        if (settings.expiresAt != NEVER) {
            json.member("expiresAt", Times.text(settings.expiresAt));
        }
        if (lastUsedAt != 0) {
            json.member("lastUsedAt", Times.text(lastUsedAt));
        }
        return json.member("createdAt", Times.text(facts.createdAt))
                .optional("secret", secret)
                .end();
    }

    private String status(long now) {
        if (isRevoked()) {
            return "revoked";
        }
        if (now >= settings.expiresAt) {
            return "expired";
        }
        return settings.isDisabled ? "disabled" : "enabled";
    }

    /**
     * The part that never changes.
     *
     * @param number its list number
     * @param isLive false for a key of tests
     * @param createdAt in epoch milliseconds
     */
    record Facts(Id id, Id workspace, long number, boolean isLive, long createdAt) {}

    /**
     * The part that its owner may change.
     *
     * @param scopes the bits of {@link Scope}
     * @param expiresAt in epoch milliseconds, or {@link #NEVER}
     */
    record Settings(String name, int scopes, boolean isDisabled, long expiresAt) {}

    /** Its secrets. Only their SHA-256 digests are stored, and of the current secret what is shown of it. */
    sealed interface Secrets {
        /** Returns the start of the last secret. */
        String prefix();

        /** Returns the last four characters of the last secret. */
        String lastFour();

        /** Returns the digests of those that may be valid. */
        List<Token> tokens();

        private static Secrets read(RowReader in) {
            String prefix = in.text();
            String lastFour = in.text();
            long revokedAt = in.number();
            int count = in.small();
            List<Token> tokens = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                tokens.add(new Token(in.bytes(), Grace.read(in, in.version() == VERSION)));
            }
            return revokedAt == NOT_REVOKED
                    ? new Valid(prefix, lastFour, tokens)
                    : new Revoked(prefix, lastFour, revokedAt);
        }

        private RowWriter write(RowWriter out) {
            long revokedAt = this instanceof Revoked revoked ? revoked.at : NOT_REVOKED;
            RowWriter begun =
                    out.text(prefix()).text(lastFour()).number(revokedAt).small(tokens().size());
            tokens().forEach(token -> token.grace.write(begun.bytes(token.digest)));
            return begun;
        }
    }

    /** The current secret first, then those in grace. */
    record Valid(String prefix, String lastFour, List<Token> tokens) implements Secrets {}

    /**
     * No secret of the key is valid again.
     *
     * @param at when it was revoked, in epoch milliseconds
     */
    record Revoked(String prefix, String lastFour, long at) implements Secrets {
        @Override
        public List<Token> tokens() {
            return List.of();
        }
    }

    /** The digest of a secret with the time for which it counts. */
    record Token(byte[] digest, Grace grace) {}
}
