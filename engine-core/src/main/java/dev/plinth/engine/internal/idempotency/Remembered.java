package dev.plinth.engine.internal.idempotency;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Outcome;
import dev.plinth.engine.internal.base.RowReader;
import dev.plinth.engine.internal.base.RowWriter;
import dev.plinth.engine.internal.base.Seal;
import org.jspecify.annotations.Nullable;

/** The row under a key: the request that used it and the answer it got, sealed where the answer shows a secret. */
record Remembered(
        Fingerprint fingerprint,
        Id request,
        long completedAtMillis,
        int status,
        @Nullable String etag,
        @Nullable String location,
        int retryAfterSeconds,
        boolean sealed,
        byte[] body,
        @Nullable Id sharedResource) {
    private static final int VERSION = 1;
    private static final int FIXED_BYTES = 128;

    static Remembered read(byte[] row) {
        RowReader in = new RowReader(row, VERSION);
        return new Remembered(
                Fingerprint.of(in.bytes()),
                in.id(IdKind.REQUEST),
                in.number(),
                in.small(),
                in.optionalText(),
                in.optionalText(),
                in.small(),
                in.small() == 1,
                in.bytes(),
                in.optionalId(IdKind.RESOURCE));
    }

    byte[] row() {
        return new RowWriter(VERSION, FIXED_BYTES + body.length)
                .bytes(fingerprint.digest())
                .id(request)
                .number(completedAtMillis)
                .small(status)
                .optionalText(etag)
                .optionalText(location)
                .small(retryAfterSeconds)
                .small(sealed ? 1 : 0)
                .bytes(body)
                .optionalId(sharedResource)
                .row();
    }

    Outcome.Replayed replay(Seal seal, byte[] key) {
        byte[] open = sealed ? seal.open(body, key) : body;
        return new Outcome.Replayed(status, open, etag, location, retryAfterSeconds, request);
    }
}
