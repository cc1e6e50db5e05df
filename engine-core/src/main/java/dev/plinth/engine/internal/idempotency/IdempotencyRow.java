package dev.plinth.engine.internal.idempotency;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.Outcome;
import dev.plinth.engine.internal.base.RowReader;
import dev.plinth.engine.internal.base.RowWriter;
import dev.plinth.engine.internal.base.SecretCipher;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The row of a key: the fingerprint of its request and the answer, encrypted if the answer shows a secret.
 *
 * @param fingerprint the digests of the request, see {@link Fingerprint}
 * @param number its place in commit order; {@link #NO_NUMBER} in rows of version 1
 */
record IdempotencyRow(
        long number,
        byte[] fingerprint,
        Id request,
        long completedAtMillis,
        int status,
        @Nullable String etag,
        @Nullable String location,
        int retryAfterSeconds,
        boolean sealed,
        byte[] body,
        List<Id> sharedResources) {
    static final long NO_NUMBER = 0;

    private static final int VERSION = 2;
    private static final long WINDOW_MILLIS =
            Duration.ofHours(Limits.IDEMPOTENCY_HOURS).toMillis();

    static IdempotencyRow read(byte[] row) {
        RowReader in = new RowReader(row, VERSION);
        return new IdempotencyRow(
                in.version() < 2 ? NO_NUMBER : in.number(),
                in.bytes(),
                in.id(IdKind.REQUEST),
                in.number(),
                in.small(),
                in.optionalText(),
                in.optionalText(),
                in.small(),
                in.small() == 1,
                in.bytes(),
                in.ids(IdKind.RESOURCE));
    }

    /** Returns the number of a row. */
    static long number(byte[] row) {
        RowReader in = new RowReader(row, VERSION);
        return in.version() < 2 ? NO_NUMBER : in.number();
    }

    /** Returns from when on a row does not count any more, in epoch milliseconds. */
    static long expiresAt(byte[] row) {
        RowReader in = new RowReader(row, VERSION);
        if (in.version() >= 2) {
            in.number();
        }
        in.skip(in.small()).skip(Id.BYTES);
        return in.number() + WINDOW_MILLIS;
    }

    byte[] row() {
        return new RowWriter(VERSION)
                .number(number)
                .bytes(fingerprint)
                .id(request)
                .number(completedAtMillis)
                .small(status)
                .optionalText(etag)
                .optionalText(location)
                .small(retryAfterSeconds)
                .small(sealed ? 1 : 0)
                .bytes(body)
                .ids(sharedResources)
                .row();
    }

    Outcome.Replayed replay(SecretCipher cipher, byte[] key) {
        byte[] open = sealed ? cipher.open(body, key) : body;
        return new Outcome.Replayed(status, open, etag, location, retryAfterSeconds, request);
    }
}
