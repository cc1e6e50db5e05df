package dev.plinth.engine.internal.idempotency;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.Outcome;
import dev.plinth.engine.internal.base.RowReader;
import dev.plinth.engine.internal.base.RowTranslation;
import dev.plinth.engine.internal.base.RowWriter;
import dev.plinth.engine.internal.base.SecretCipher;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The row of a key: the fingerprint of its request and the answer, encrypted if the answer shows a secret.
 *
 * @param fingerprint the digests of the request, see {@link Fingerprint}
 * @param number its place in commit order; {@link #NO_NUMBER} in rows of version 1
 * @param body the body; of an answer of the host, its headers and its body
 * @param ofHost true if the host's own code gave the answer: rows of version 3
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
        List<Id> sharedResources,
        boolean ofHost) {
    static final long NO_NUMBER = 0;

    private static final int VERSION_OF_ENGINE = 2;
    private static final int VERSION = 3;
    private static final int HOST_VERSION = 1;
    private static final long WINDOW_MILLIS =
            Duration.ofHours(Limits.IDEMPOTENCY_HOURS).toMillis();

    static IdempotencyRow read(byte[] row) {
        RowReader in = reader(row);
        return new IdempotencyRow(
                number(in),
                in.bytes(),
                in.id(IdKind.REQUEST),
                in.number(),
                in.small(),
                in.optionalText(),
                in.optionalText(),
                in.small(),
                in.small() == 1,
                in.bytes(),
                in.ids(IdKind.RESOURCE),
                in.version() == VERSION);
    }

    /** Returns a reader of a row, from its number on. */
    static RowReader reader(byte[] row) {
        return new RowReader(row, VERSION);
    }

    /** Returns the number of a row, from its start on. */
    static long number(RowReader in) {
        return in.version() < 2 ? NO_NUMBER : in.number();
    }

    /** Returns from when on a row does not count any more, in epoch milliseconds, from its start on. */
    static long expiresAt(RowReader in) {
        long unused = number(in);
        in.skip(in.small()).skip(Id.BYTES);
        return in.number() + WINDOW_MILLIS;
    }

    byte[] row() {
        return new RowWriter(ofHost ? VERSION : VERSION_OF_ENGINE)
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

    /** Returns the row of another store. */
    byte[] transferred(byte[] key, RowTranslation other) {
        return new IdempotencyRow(
                        number == NO_NUMBER ? NO_NUMBER : other.number(number),
                        fingerprint,
                        request,
                        completedAtMillis,
                        status,
                        etag,
                        location,
                        retryAfterSeconds,
                        sealed,
                        sealed ? other.secret(body, key) : body,
                        sharedResources,
                        ofHost)
                .row();
    }

    Outcome.Replayed replay(SecretCipher cipher, byte[] key) {
        byte[] open = sealed ? cipher.open(body, key) : body;
        if (!ofHost) {
            return new Outcome.Replayed(status, open, etag, location, retryAfterSeconds, request, null);
        }
        RowReader in = new RowReader(open, HOST_VERSION);
        Map<String, String> headers = new LinkedHashMap<>();
        for (int left = in.small(); left > 0; left--) {
            headers.put(in.text(), in.text());
        }
        return new Outcome.Replayed(status, in.bytes(), null, null, 0, request, headers);
    }

    /** Returns the headers and the body of an answer of the host as bytes. */
    static byte[] ofHost(Outcome.HostReply reply) {
        RowWriter out = new RowWriter(HOST_VERSION).small(reply.headers().size());
        reply.headers().forEach((name, value) -> {
            RowWriter unused = out.text(name).text(value);
        });
        return out.bytes(reply.body()).row();
    }
}
