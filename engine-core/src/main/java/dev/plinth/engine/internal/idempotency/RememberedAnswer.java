package dev.plinth.engine.internal.idempotency;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.rows.RowReader;
import dev.plinth.engine.internal.base.rows.RowTranslation;
import dev.plinth.engine.internal.base.rows.RowWriter;
import dev.plinth.engine.internal.base.rows.Rows;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An answer as the row of its key keeps it. */
sealed interface RememberedAnswer {
    /** The entity tag of nearly every answer that is remembered, because creates are. */
    String FIRST_TAG = "\"v1\"";

    /** Reads an answer where a row has it. */
    static RememberedAnswer read(RowReader in) {
        return switch (in.small()) {
            case OfHost.MARK -> OfHost.read(in);
            case OfEvent.MARK -> OfEvent.read(in);
            default -> OfEngine.read(in);
        };
    }

    /**
     * Returns the answer where a row has it, as it is given again. A body that shows a secret is still encrypted.
     *
     * @param request the id of the first request
     * @return null if the event that has its body is gone
     */
    static Outcome.@Nullable Replayed replay(RowReader in, Id request, Rows rows, byte[] key, EventData events) {
        int mark = in.small();
        if (mark == OfHost.MARK) {
            OfHost host = OfHost.read(in);
            return new Outcome.Replayed(host.status, host.body, null, null, 0, request, host.headers, false);
        }
        int status = in.small();
        String etag = in.optionalText(FIRST_TAG);
        String location = in.optionalText();
        int retryAfterSeconds = in.small();
        boolean secret = mark != OfEvent.MARK && in.small() == 1;
        byte[] body = mark == OfEvent.MARK
                ? events.find(rows, Id.read(IdKind.WORKSPACE, key, 0), in.id(IdKind.EVENT), in.small())
                : in.bytes();
        return body == null
                ? null
                : new Outcome.Replayed(status, body, etag, location, retryAfterSeconds, request, null, secret);
    }

    /** Returns true if an answer shows a secret, where a row has it. Then the reader is at the sealed body. */
    static boolean skipToSecret(RowReader in) {
        if (in.small() != OfEngine.MARK) {
            return false;
        }
        int unused = in.small();
        String unusedTag = in.optionalText();
        String unusedLocation = in.optionalText();
        unused = in.small();
        return in.small() == 1;
    }

    /** Returns the answer with its secret sealed by the present key. */
    RememberedAnswer resealed(byte[] key, SecretCipher cipher);

    /** Writes it into a row. */
    RowWriter write(RowWriter out);

    /** Returns the answer of another store. */
    RememberedAnswer transferred(byte[] key, RowTranslation other);

    /**
     * An answer of the engine.
     *
     * @param body encrypted if it shows a secret
     */
    record OfEngine(
            int status,
            @Nullable String etag,
            @Nullable String location,
            int retryAfterSeconds,
            boolean isSecret,
            byte[] body)
            implements RememberedAnswer {
        static final int MARK = 0;

        private static OfEngine read(RowReader in) {
            return new OfEngine(
                    in.small(), in.optionalText(), in.optionalText(), in.small(), in.small() == 1, in.bytes());
        }

        @Override
        public RowWriter write(RowWriter out) {
            return out.small(MARK)
                    .small(status)
                    .optionalText(etag)
                    .optionalText(location)
                    .small(retryAfterSeconds)
                    .small(isSecret ? 1 : 0)
                    .bytes(body);
        }

        @Override
        public RememberedAnswer transferred(byte[] key, RowTranslation other) {
            return isSecret
                    ? new OfEngine(status, etag, location, retryAfterSeconds, true, other.secret(body, key))
                    : this;
        }

        @Override
        public RememberedAnswer resealed(byte[] key, SecretCipher cipher) {
            return isSecret
                    ? new OfEngine(
                            status, etag, location, retryAfterSeconds, true, cipher.seal(cipher.open(body, key), key))
                    : this;
        }
    }

    /**
     * An answer of the engine whose body is the data of the event that its change has made. The event's row has these
     * bytes, never changes, and is kept for longer than the answer.
     *
     * @param event the event, of the workspace of the key
     * @param length the length of its data in bytes
     */
    record OfEvent(
            int status, @Nullable String etag, @Nullable String location, int retryAfterSeconds, Id event, int length)
            implements RememberedAnswer {
        static final int MARK = 2;

        private static OfEvent read(RowReader in) {
            return new OfEvent(
                    in.small(), in.optionalText(), in.optionalText(), in.small(), in.id(IdKind.EVENT), in.small());
        }

        @Override
        public RowWriter write(RowWriter out) {
            return out.small(MARK)
                    .small(status)
                    .optionalText(etag)
                    .optionalText(location)
                    .small(retryAfterSeconds)
                    .id(event)
                    .small(length);
        }

        @Override
        public RememberedAnswer transferred(byte[] key, RowTranslation other) {
            return this;
        }

        @Override
        public RememberedAnswer resealed(byte[] key, SecretCipher cipher) {
            return this;
        }
    }

    /** An answer of the host's own code. */
    record OfHost(int status, Map<String, String> headers, byte[] body) implements RememberedAnswer {
        static final int MARK = 1;

        private static OfHost read(RowReader in) {
            int status = in.small();
            Map<String, String> headers = new LinkedHashMap<>();
            for (int left = in.small(); left > 0; left--) {
                headers.put(in.text(), in.text());
            }
            return new OfHost(status, headers, in.bytes());
        }

        @Override
        public RowWriter write(RowWriter out) {
            RowWriter begun = out.small(MARK).small(status).small(headers.size());
            headers.forEach((name, value) -> begun.text(name).text(value));
            return begun.bytes(body);
        }

        @Override
        public RememberedAnswer transferred(byte[] key, RowTranslation other) {
            return this;
        }

        @Override
        public RememberedAnswer resealed(byte[] key, SecretCipher cipher) {
            return this;
        }
    }
}
