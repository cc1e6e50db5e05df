package dev.plinth.engine.internal.webhook;

import dev.plinth.engine.internal.base.ExpiryTime;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.base.Times;
import dev.plinth.engine.internal.base.rows.Grace;
import dev.plinth.engine.internal.base.rows.RowReader;
import dev.plinth.engine.internal.base.rows.RowTranslation;
import dev.plinth.engine.internal.base.rows.RowWriter;
import dev.plinth.engine.internal.json.JsonBytes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** An endpoint as it is stored, with its secrets and the values of its headers encrypted. */
record EndpointRow(
        Id id,
        Id workspace,
        long number,
        EndpointSettings settings,
        boolean enabled,
        long createdAt,
        Secrets secrets,
        @Nullable Missed missed) {
    /** Version 1 did not know since when a secret is in grace. */
    private static final int VERSION = 2;

    /**
     * The encrypted signing keys.
     *
     * @param current the key that signs first
     * @param old the keys before it, the newest first
     */
    record Secrets(byte[] current, List<OldSecret> old) {
        /** Returns the keys with a new one. The previous key signs for a grace, and older ones until the end of theirs. */
        Secrets rotate(byte[] next, Grace grace, ExpiryTime time) {
            List<OldSecret> all = new ArrayList<>(old.size() + 1);
            all.add(new OldSecret(current, grace));
            old.forEach(
                    each -> all.add(new OldSecret(each.sealed(), each.grace().endedBy(grace))));
            return new Secrets(next, all).at(time, grace.since());
        }

        /** Returns the keys that sign at a time. */
        Secrets at(ExpiryTime time, long now) {
            return new Secrets(
                    current,
                    old.stream().filter(each -> !each.grace().isOver(time, now)).toList());
        }
    }

    /** An encrypted signing key in its grace. */
    record OldSecret(byte[] sealed, Grace grace) {}

    /**
     * The event with which an endpoint began to miss events.
     *
     * @param from the list number of the first event that has no delivery
     * @param since the time of the event with which it began, in epoch milliseconds
     */
    record Missed(long from, long since) {}

    static EndpointRow read(byte[] row) {
        RowReader in = new RowReader(row, VERSION);
        return new EndpointRow(
                in.id(IdKind.ENDPOINT),
                in.id(IdKind.WORKSPACE),
                in.number(),
                new EndpointSettings(in.text(), types(in), in.small() == 1, in.text(), in.bytes(), (int) in.number()),
                in.small() == 1,
                in.number(),
                new Secrets(in.bytes(), oldSecrets(in)),
                in.small() == 0 ? null : new Missed(in.number(), in.number()));
    }

    byte[] row() {
        RowWriter out = new RowWriter(VERSION)
                .id(id)
                .id(workspace)
                .number(number)
                .text(settings.url())
                .small(settings.types().size());
        settings.types().forEach(out::text);
        out.small(settings.ordered() ? 1 : 0)
                .text(settings.description())
                .bytes(settings.headers())
                .number(settings.maxPerSecond())
                .small(enabled ? 1 : 0)
                .number(createdAt)
                .bytes(secrets.current())
                .small(secrets.old().size());
        secrets.old().forEach(old -> old.grace().write(out.bytes(old.sealed())));
        out.small(missed == null ? 0 : 1);
        if (missed != null) {
            out.number(missed.from()).number(missed.since());
        }
        return out.row();
    }

    /** Returns the endpoint in another store. */
    EndpointRow transferred(RowTranslation other) {
        List<OldSecret> old = new ArrayList<>();
        for (OldSecret each : secrets.old()) {
            old.add(new OldSecret(other.secret(each.sealed(), id.key()), each.grace()));
        }
        return new EndpointRow(
                id,
                workspace,
                other.number(number),
                settings.withHeaders(
                        SealedHeaders.translate(settings.headers(), value -> other.secret(value, id.key()))),
                enabled,
                createdAt,
                new Secrets(other.secret(secrets.current(), id.key()), old),
                missed == null ? null : new Missed(other.atLeast(missed.from()), missed.since()));
    }

    /** Returns the id of the key that has sealed all secrets, or {@link SecretCipher#NO_KEY_ID} if not one has. */
    long keyId() {
        long first = SecretCipher.keyIdOf(secrets.current());
        boolean isOne = SealedHeaders.keyIds(settings.headers()).allMatch(id -> id == first)
                && secrets.old().stream().allMatch(old -> SecretCipher.keyIdOf(old.sealed()) == first);
        return isOne ? first : SecretCipher.NO_KEY_ID;
    }

    /** Returns the endpoint with its secrets sealed by the present key. */
    EndpointRow resealed(SecretCipher cipher) {
        UnaryOperator<byte[]> again = value -> cipher.seal(cipher.open(value, id.key()), id.key());
        List<OldSecret> old = new ArrayList<>();
        secrets.old().forEach(each -> old.add(new OldSecret(again.apply(each.sealed()), each.grace())));
        return new EndpointRow(
                id,
                workspace,
                number,
                settings.withHeaders(SealedHeaders.translate(settings.headers(), again)),
                enabled,
                createdAt,
                new Secrets(again.apply(secrets.current()), old),
                missed);
    }

    /** Returns this endpoint, disabled. */
    EndpointRow disabled() {
        return new EndpointRow(id, workspace, number, settings, false, createdAt, secrets, missed);
    }

    byte[] key() {
        return workspace.keyOf(id);
    }

    EndpointRow with(EndpointSettings next, boolean nextEnabled, ExpiryTime time, long now) {
        Secrets kept = secrets.at(time, now);
        return new EndpointRow(id, workspace, number, next, nextEnabled, createdAt, kept, missed);
    }

    EndpointRow with(Secrets next) {
        return new EndpointRow(id, workspace, number, settings, enabled, createdAt, next, missed);
    }

    EndpointRow with(@Nullable Missed next) {
        return new EndpointRow(id, workspace, number, settings, enabled, createdAt, secrets, next);
    }

    /** Returns the keys that sign at a time, the current one first, the old ones newest first. */
    List<byte[]> keys(SecretCipher cipher, ExpiryTime time, long now) {
        List<byte[]> keys = new ArrayList<>();
        keys.add(cipher.open(secrets.current(), id.key()));
        secrets.at(time, now).old().forEach(old -> keys.add(cipher.open(old.sealed(), id.key())));
        return keys;
    }

    /** Returns the endpoint as a caller with {@code webhooks:write} sees it. */
    byte[] json(SecretCipher cipher, @Nullable String secret) {
        return json(opened(cipher).headers(), secret);
    }

    /** Returns the settings as a caller gave them. */
    EndpointSettings opened(SecretCipher cipher) {
        return settings.withHeaders(SealedHeaders.open(settings.headers(), cipher, id));
    }

    /** Returns the endpoint without the values of its headers, as events and readers see it (decision 029). */
    byte[] maskedJson() {
        return json(SealedHeaders.hide(settings.headers()), null);
    }

    private byte[] json(byte[] headers, @Nullable String secret) {
        JsonBytes json = JsonBytes.object()
                .member("id", id)
                .member("url", settings.url())
                .name("types")
                .openArray();
        settings.types().forEach(json::text);
        json.closeArray()
                .member("status", enabled ? "enabled" : "disabled")
                .member("ordering", settings.ordered() ? "resource" : "none")
                .member("description", settings.description())
                .raw("headers", headers);
        if (settings.maxPerSecond() != 0) {
            json.member("maxPerSecond", settings.maxPerSecond());
        }
        return json.member("createdAt", Times.text(createdAt))
                .optional("missedSince", missed == null ? null : Times.text(missed.since()))
                .optional("secret", secret)
                .end();
    }

    private static List<String> types(RowReader in) {
        int count = in.small();
        List<String> types = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            types.add(in.text());
        }
        return types;
    }

    private static List<OldSecret> oldSecrets(RowReader in) {
        int count = in.small();
        List<OldSecret> old = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            old.add(new OldSecret(in.bytes(), Grace.read(in, in.version() == VERSION)));
        }
        return old;
    }
}
