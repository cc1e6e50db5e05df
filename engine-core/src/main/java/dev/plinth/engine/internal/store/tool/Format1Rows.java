package dev.plinth.engine.internal.store.tool;

import dev.plinth.engine.internal.base.Bytes;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.ScopeBits;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.base.rows.RowReader;
import dev.plinth.engine.internal.base.rows.RowWriter;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.json.JsonBytes;
import dev.plinth.engine.internal.json.JsonReader;
import dev.plinth.engine.internal.json.JsonValue;
import dev.plinth.engine.internal.store.log.upgrade.RowConversion;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Converts rows of format 1 into rows of format 2, in the versions that those began with. It never changes: the rooms
 * read those versions for as long as format 2 opens. So it knows both layouts itself and asks no room for them.
 *
 * <p>A few rows of format 2 name their workspace, and those of format 1 do not. Their owners come first, in a snapshot
 * and in a record. A row whose owner is missing is a copy that the journal writes again, or the rest of a deletion.
 */
final class Format1Rows implements RowConversion {
    private static final int WORKSPACES = 1;
    private static final int KEYS = 2;
    private static final int SHARES = 6;
    private static final int JOBS = 8;
    private static final int PIECES = 9;
    private static final int ENDPOINTS = 14;
    private static final int DELIVERIES = 15;
    private static final int ATTEMPTS = 16;
    private static final int REMEMBERED = 18;

    /** The version with which each layout of format 2 began. */
    private static final int FIRST = 1;

    private static final int NEWEST_KEY = 2;
    private static final int ALL_SCOPES_OF_VERSION_1 = (1 << 10) - 1;
    private static final int NEWEST_REMEMBERED = 2;
    private static final int NEWEST_JOB = 2;
    private static final int NEWEST_DELIVERY = 4;
    private static final int NEWEST_ENDPOINT = 2;
    private static final long NOT_REVOKED = 0;
    private static final int DELIVERED = 3;
    private static final int HELD = 2;
    private static final byte[] NO_DIGEST = new byte[Id.BYTES];

    private final Supplier<SecretCipher> cipher;
    private final long revokedAt;
    private final Map<Id, Id> workspaces = new HashMap<>();
    private final Map<Id, Id> owners = new HashMap<>();

    /**
     * @param cipher encrypts the headers of endpoints, which format 1 has as plain text; asked only for such headers
     * @param revokedAt the time from which revoked keys are kept, because format 1 does not tell it
     */
    Format1Rows(Supplier<SecretCipher> cipher, long revokedAt) {
        this.cipher = cipher;
        this.revokedAt = revokedAt;
    }

    @Override
    public byte @Nullable [] convert(TableName<?> table, byte[] key, byte[] row) {
        byte[] converted = switch (table.number()) {
            case WORKSPACES -> workspace(row);
            case KEYS -> key(row);
            case SHARES -> share(row);
            case JOBS -> job(key, row);
            case PIECES -> piece(key, row);
            case ENDPOINTS -> endpoint(row);
            case DELIVERIES -> delivery(key, row);
            case ATTEMPTS -> attempt(key, row);
            case REMEMBERED -> remembered(row);
            default -> row;
        };
        if (converted != null && converted != row) {
            Bytes.putLong(converted, 0, RowReader.sequence(row));
        }
        return converted;
    }

    private static byte[] workspace(byte[] row) {
        RowReader in = new RowReader(row, FIRST);
        return new RowWriter(FIRST)
                .id(in.id(IdKind.WORKSPACE))
                .number(in.number())
                .text(in.text())
                .text(in.text())
                .small(in.small())
                .bytes(in.bytes())
                .small(0) // takes shares of all workspaces
                .number(in.number())
                .row();
    }

    private byte[] key(byte[] row) {
        RowReader in = new RowReader(row, NEWEST_KEY);
        Id id = in.id(IdKind.KEY);
        Id workspace = in.id(IdKind.WORKSPACE);
        long number = in.number();
        String name = in.text();
        int isLive = in.small();
        int scopes = in.small();
        String prefix = in.text();
        String lastFour = in.text();
        int isDisabled = in.small();
        boolean isRevoked = in.small() == 1;
        long expiresAt = in.number();
        RowWriter out = new RowWriter(FIRST)
                .id(id)
                .id(workspace)
                .number(number)
                .small(isLive)
                .number(in.number())
                .text(name)
                .small(in.version() == 1 && scopes == ALL_SCOPES_OF_VERSION_1 ? ScopeBits.FULL : scopes)
                .small(isDisabled)
                .number(expiresAt)
                .text(prefix)
                .text(lastFour)
                .number(isRevoked ? revokedAt : NOT_REVOKED);
        int tokens = in.small();
        out.small(tokens);
        for (int i = 0; i < tokens; i++) {
            out.bytes(in.bytes()).number(in.number());
        }
        return out.row();
    }

    private static byte[] share(byte[] row) {
        RowReader in = new RowReader(row, FIRST);
        Id id = in.id(IdKind.SHARE);
        Id resource = in.id(IdKind.RESOURCE);
        return new RowWriter(FIRST)
                .id(in.id(IdKind.WORKSPACE))
                .id(id)
                .id(resource)
                .id(in.id(IdKind.WORKSPACE))
                .small(in.small())
                .number(in.number())
                .number(in.number())
                .row();
    }

    /** Version 2 has the layout with which format 2 began. Version 1 has neither lease nor lapses. */
    private byte[] job(byte[] key, byte[] row) {
        RowReader in = new RowReader(row, NEWEST_JOB);
        note(IdKind.JOB, key);
        byte[] job = in.version() == NEWEST_JOB ? row.clone() : withEnd(row, 2);
        job[RowReader.HEAD_BYTES - 1] = FIRST;
        return job;
    }

    private static byte[] withEnd(byte[] row, int zeros) {
        return Arrays.copyOf(row, row.length + zeros);
    }

    private byte @Nullable [] piece(byte[] key, byte[] row) {
        Id workspace = owners.get(Id.read(IdKind.JOB, key, 0));
        return workspace == null
                ? null
                : new RowWriter(FIRST)
                        .id(workspace)
                        .bytes(new RowReader(row, FIRST).bytes())
                        .row();
    }

    private byte[] endpoint(byte[] row) {
        RowReader in = new RowReader(row, NEWEST_ENDPOINT);
        Id id = in.id(IdKind.ENDPOINT);
        RowWriter out = new RowWriter(FIRST)
                .id(id)
                .id(in.id(IdKind.WORKSPACE))
                .number(in.number())
                .text(in.text());
        int types = in.small();
        out.small(types);
        for (int i = 0; i < types; i++) {
            out.text(in.text());
        }
        out.small(in.small())
                .text(in.text())
                .bytes(sealed(in.bytes(), id))
                .number(0) // no limit of webhooks a second
                .small(in.small())
                .number(in.number())
                .bytes(in.bytes());
        List<byte[]> old = new ArrayList<>();
        List<Long> validUntil = new ArrayList<>();
        if (in.version() == 1) {
            byte[] only = in.optionalBytes();
            if (only != null) {
                old.add(only);
                validUntil.add(in.number());
            }
        } else {
            for (int left = in.small(); left > 0; left--) {
                old.add(in.bytes());
                validUntil.add(in.number());
            }
        }
        out.small(old.size());
        for (int i = 0; i < old.size(); i++) {
            out.bytes(old.get(i)).number(validUntil.get(i));
        }
        return out.small(0).row(); // has missed no events
    }

    private byte[] sealed(byte[] headers, Id endpoint) {
        JsonBytes sealed = JsonBytes.object();
        ((JsonValue.Obj) JsonReader.trusted(headers)).members().forEach((name, value) -> {
            if (value instanceof JsonValue.Text text) {
                byte[] secret = cipher.get().seal(text.value().getBytes(StandardCharsets.UTF_8), endpoint.key());
                sealed.member(name, Base64.getEncoder().withoutPadding().encodeToString(secret));
            }
        });
        return sealed.end();
    }

    private byte[] delivery(byte[] key, byte[] row) {
        note(IdKind.DELIVERY, key);
        RowReader in = new RowReader(row, NEWEST_DELIVERY);
        RowWriter out = new RowWriter(FIRST)
                .id(in.id(IdKind.DELIVERY))
                .id(in.id(IdKind.WORKSPACE))
                .id(in.id(IdKind.ENDPOINT))
                .id(in.id(IdKind.EVENT))
                .text(in.text())
                .optionalId(in.optionalId(IdKind.RESOURCE))
                .number(in.number());
        long createdAt = in.number();
        int status = in.small();
        int made = in.small();
        int scheduled = in.small();
        long dueAt = in.number();
        long resendAt = in.number();
        int recovered = in.small();
        boolean isSettled = status >= DELIVERED;
        long settledAt = in.version() >= 2 ? in.number() : isSettled ? createdAt : 0;
        int resends = in.version() >= 3 ? in.small() : resendAt == 0 ? 0 : 1;
        int breaksLane = in.version() >= 3 ? in.small() : 0;
        return out.number(createdAt)
                .small(status)
                .small(made)
                .small(scheduled)
                .number(isSettled || status == HELD ? 0 : dueAt)
                .number(resendAt)
                .small(recovered)
                .number(isSettled ? settledAt : 0)
                .small(resends)
                .small(isSettled ? breaksLane : 0)
                .number(0) // in no endpoint's queue, which is made anew
                .row();
    }

    private byte @Nullable [] attempt(byte[] key, byte[] row) {
        Id workspace = owners.get(Id.read(IdKind.DELIVERY, key, 0));
        if (workspace == null) {
            return null;
        }
        RowReader in = new RowReader(row, FIRST);
        return new RowWriter(FIRST)
                .id(workspace)
                .small(in.small())
                .small(in.small())
                .number(in.number())
                .number(in.number())
                .small(in.small())
                .optionalText(in.optionalText())
                .optionalText(in.optionalText())
                .row();
    }

    /**
     * Format 1 has one digest, of the canonical request. Its first half is the second digest of format 2. The first one,
     * of the request as sent, is unknown and matches nothing, so the canonical digest decides.
     */
    private static byte[] remembered(byte[] row) {
        RowReader in = new RowReader(row, NEWEST_REMEMBERED);
        long number = in.version() < 2 ? 0 : in.number();
        byte[] digests = Arrays.copyOf(NO_DIGEST, 2 * Id.BYTES);
        System.arraycopy(in.bytes(), 0, digests, Id.BYTES, Id.BYTES);
        Id request = in.id(IdKind.REQUEST);
        long completedAt = in.number();
        int status = in.small();
        String etag = in.optionalText();
        String location = in.optionalText();
        int retryAfterSeconds = in.small();
        int isSecret = in.small();
        byte[] body = in.bytes();
        Id shared = in.optionalId(IdKind.RESOURCE);
        RowWriter out = new RowWriter(FIRST)
                .number(number)
                .bytes(digests)
                .id(request)
                .number(completedAt)
                .small(shared == null ? 0 : 1);
        if (shared != null) {
            out.id(shared);
        }
        return out.small(0) // an answer of the engine
                .small(status)
                .optionalText(etag)
                .optionalText(location)
                .small(retryAfterSeconds)
                .small(isSecret)
                .bytes(body)
                .row();
    }

    /** Remembers the workspace of a job or a delivery, whose key begins with it. */
    private void note(IdKind kind, byte[] key) {
        Id workspace = Id.read(IdKind.WORKSPACE, key, 0);
        owners.put(Id.read(kind, key, Id.BYTES), workspaces.computeIfAbsent(workspace, same -> same));
    }
}
