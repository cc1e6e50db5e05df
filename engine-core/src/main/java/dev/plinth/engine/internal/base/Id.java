package dev.plinth.engine.internal.base;

import dev.plinth.engine.settings.IdSource;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A prefixed id of 128 bits, shown as 26 lower-case Crockford base32 characters, so that text order is creation order.
 *
 * @param kind the kind of thing that it names
 * @param high the upper 64 bits: 48 bits of time first
 * @param low the lower 64 bits
 */
public record Id(IdKind kind, long high, long low) {
    /** Length of an id inside a key, in bytes. */
    public static final int BYTES = 16;

    /** Length of the longest text of an id, in characters. */
    public static final int TEXT_LENGTH_MAX = 30;

    private static final int DIGITS = 26;
    private static final byte[] ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] VALUES = new byte[128];

    static {
        Arrays.fill(VALUES, (byte) -1);
        for (int i = 0; i < ALPHABET.length; i++) {
            VALUES[ALPHABET[i]] = (byte) i;
        }
    }

    /** Returns a fresh id. */
    public static Id next(IdSource ids, IdKind kind, long nowMillis) {
        IdSource.Bits bits = ids.next(kind.prefix(), nowMillis);
        return new Id(kind, bits.high(), bits.low());
    }

    /** Parses the canonical text of an id. Returns null if it is no id of this kind. */
    public static @Nullable Id parse(IdKind kind, String text) {
        String start = kind.start();
        int from = start.length();
        if (text.length() != from + DIGITS || !text.startsWith(start) || text.charAt(from) > '7') {
            return null;
        }
        long high = 0;
        long low = 0;
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            int value = c < 128 ? VALUES[c] : -1;
            if (value < 0) {
                return null;
            }
            high = high << 5 | low >>> 59;
            low = low << 5 | value;
        }
        return new Id(kind, high, low);
    }

    /** Returns the id of a text; an id that nothing has if the text is no id of the kind. */
    public static Id orNowhere(IdKind kind, String text) {
        Id id = parse(kind, text);
        return id == null ? new Id(kind, -1, -1) : id;
    }

    /** Reads the id at an offset. */
    public static Id read(IdKind kind, byte[] bytes, int offset) {
        return new Id(kind, Bytes.getLong(bytes, offset), Bytes.getLong(bytes, offset + 8));
    }

    /** Returns true if this id is the one at an offset. */
    public boolean isAt(byte[] bytes, int offset) {
        return Bytes.getLong(bytes, offset) == high && Bytes.getLong(bytes, offset + 8) == low;
    }

    /** Writes the 16 bytes of this id. */
    public void write(byte[] target, int offset) {
        Bytes.putLong(target, offset, high);
        Bytes.putLong(target, offset + 8, low);
    }

    /** The key of a row that belongs to this id alone. */
    public byte[] key() {
        byte[] key = new byte[BYTES];
        write(key, 0);
        return key;
    }

    /** Returns the key of a row inside this id: this id, then the other one. */
    public byte[] keyOf(Id inner) {
        byte[] key = new byte[2 * BYTES];
        write(key, 0);
        inner.write(key, BYTES);
        return key;
    }

    /** Returns the time in the id, at which it was made, in epoch milliseconds. */
    public long timeMillis() {
        return high >>> 16;
    }

    /** Returns the id as the wire shows it. */
    public String text() {
        return text("");
    }

    /** Returns the id as the wire shows it after a short ASCII prefix, such as a path. */
    public String text(String before) {
        byte[] buffer = ScratchBuffer.take();
        int start = before.length();
        for (int i = 0; i < start; i++) {
            buffer[i] = (byte) before.charAt(i);
        }
        String text = new String(buffer, 0, start + text(buffer, start), StandardCharsets.ISO_8859_1);
        ScratchBuffer.giveBack(buffer);
        return text;
    }

    /** Writes the text into an array in ASCII and returns its length, at most {@link #TEXT_LENGTH_MAX}. */
    public int text(byte[] target, int offset) {
        String start = kind.start();
        int length = start.length() + DIGITS;
        for (int i = 0; i < start.length(); i++) {
            target[offset + i] = (byte) start.charAt(i);
        }
        long h = high;
        long l = low;
        for (int i = offset + length - 1; i >= offset + start.length(); i--) {
            target[i] = ALPHABET[(int) (l & 31)];
            l = l >>> 5 | h << 59;
            h = h >>> 5;
        }
        return length;
    }

    @Override
    public String toString() {
        return text();
    }
}
