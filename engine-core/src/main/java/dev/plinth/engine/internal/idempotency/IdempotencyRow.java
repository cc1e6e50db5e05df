package dev.plinth.engine.internal.idempotency;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.base.rows.RowReader;
import dev.plinth.engine.internal.base.rows.RowTranslation;
import dev.plinth.engine.internal.base.rows.RowWriter;
import java.time.Duration;
import java.util.List;

/**
 * The row of a key: the fingerprint of its request and the answer.
 *
 * @param number its place in commit order
 * @param fingerprint the digests of the request, see {@link Fingerprint}
 * @param sharedResources the resources of other workspaces that the answer shows
 */
record IdempotencyRow(
        long number,
        byte[] fingerprint,
        Id request,
        long completedAtMillis,
        List<Id> sharedResources,
        RememberedAnswer answer) {
    private static final int VERSION = 1;
    private static final long WINDOW_MILLIS =
            Duration.ofHours(Limits.IDEMPOTENCY_HOURS).toMillis();

    static IdempotencyRow read(byte[] row) {
        RowReader in = reader(row);
        return new IdempotencyRow(
                in.number(),
                in.bytes(),
                in.id(IdKind.REQUEST),
                in.number(),
                in.ids(IdKind.RESOURCE),
                RememberedAnswer.read(in));
    }

    /** Returns a reader of a row, from its number on. */
    static RowReader reader(byte[] row) {
        return new RowReader(row, VERSION);
    }

    /** Returns from when on a row does not count any more, in epoch milliseconds, from its start on. */
    static long expiresAt(RowReader in) {
        int unused = skipToDigests(in);
        return expiresAt(in.skip(Fingerprint.BYTES + Id.BYTES).number());
    }

    /** Returns from when on an answer does not count any more, both in epoch milliseconds. */
    static long expiresAt(long completedAtMillis) {
        return completedAtMillis + WINDOW_MILLIS;
    }

    /** Reads a row from its start to its digests, and returns where they are. Id, end and answer follow them. */
    static int skipToDigests(RowReader in) {
        long unused = in.number();
        int unusedLength = in.small();
        return in.position();
    }

    /** Returns true if the answer shows a secret, from the start of a row on. Then the reader is at the sealed body. */
    static boolean skipToSecret(RowReader in) {
        int unused = skipToDigests(in);
        int shared = in.skip(Fingerprint.BYTES + Id.BYTES + Long.BYTES).small();
        return RememberedAnswer.skipToSecret(in.skip(shared * Id.BYTES));
    }

    /** Returns a row of an answer with a secret, sealed by the present key. */
    static byte[] resealed(byte[] row, byte[] key, SecretCipher cipher) {
        IdempotencyRow old = read(row);
        return new IdempotencyRow(
                        old.number,
                        old.fingerprint,
                        old.request,
                        old.completedAtMillis,
                        old.sharedResources,
                        old.answer.resealed(key, cipher))
                .row();
    }

    byte[] row() {
        RowWriter out = new RowWriter(VERSION)
                .number(number)
                .bytes(fingerprint)
                .id(request)
                .number(completedAtMillis)
                .ids(sharedResources);
        return answer.write(out).row();
    }

    /** Returns the row of another store. */
    byte[] transferred(byte[] key, RowTranslation other) {
        return new IdempotencyRow(
                        other.number(number),
                        fingerprint,
                        request,
                        completedAtMillis,
                        sharedResources,
                        answer.transferred(key, other))
                .row();
    }
}
