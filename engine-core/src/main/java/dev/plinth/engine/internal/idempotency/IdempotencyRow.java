package dev.plinth.engine.internal.idempotency;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.Outcome;
import dev.plinth.engine.internal.base.RowReader;
import dev.plinth.engine.internal.base.RowTranslation;
import dev.plinth.engine.internal.base.RowWriter;
import dev.plinth.engine.internal.base.Rows;
import dev.plinth.engine.internal.base.SecretCipher;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
    private static final int VERSION = 2; // 1: no answer names an event
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

    /** Returns this with the body of its answer; null if the event that had it is gone. */
    @Nullable
    IdempotencyRow found(Rows rows, byte[] key, EventData events) {
        if (!(answer instanceof RememberedAnswer.OfEvent named)) {
            return this;
        }
        RememberedAnswer found = named.found(rows, key, events);
        return found == null
                ? null
                : new IdempotencyRow(number, fingerprint, request, completedAtMillis, sharedResources, found);
    }

    /** Returns a reader of a row, from its number on. */
    static RowReader reader(byte[] row) {
        return new RowReader(row, VERSION);
    }

    /** Returns from when on a row does not count any more, in epoch milliseconds, from its start on. */
    static long expiresAt(RowReader in) {
        long unused = in.number();
        in.skip(in.small()).skip(Id.BYTES);
        return in.number() + WINDOW_MILLIS;
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

    Outcome.Replayed replay(SecretCipher cipher, byte[] key) {
        return answer.replay(cipher, key, request);
    }
}
