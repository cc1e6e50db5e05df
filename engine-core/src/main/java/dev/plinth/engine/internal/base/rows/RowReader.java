package dev.plinth.engine.internal.base.rows;

import dev.plinth.engine.api.TraceParent;
import dev.plinth.engine.internal.base.Bytes;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.SecretCipher;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the fields that {@link RowWriter} wrote, in the same order. Not thread-safe. */
public final class RowReader {
    /** Bytes at the start of each row that hold its commit sequence. */
    public static final int SEQUENCE_BYTES = 8;

    /** Bytes in front of the first field: the sequence and the version. */
    public static final int HEAD_BYTES = SEQUENCE_BYTES + 1;

    private final byte[] bytes;
    private final int version;
    private int at = SEQUENCE_BYTES;

    /**
     * Makes a reader of a row.
     *
     * @throws IllegalStateException if the row is of a newer version than this code knows
     */
    public RowReader(byte[] row, int newestVersion) {
        this.bytes = row;
        this.version = bytes[at++];
        if (version > newestVersion) {
            throw new IllegalStateException(
                    "Expected a row of version " + newestVersion + " or older, but found version " + version
                            + "; open the store with the newer release that wrote it");
        }
    }

    /** Goes on at the position of an earlier reader of the row. */
    public RowReader at(int position) {
        at = position;
        return this;
    }

    /** Skips so many bytes. */
    public RowReader skip(int count) {
        at += count;
        return this;
    }

    /** The version in which the row was written. */
    public int version() {
        return version;
    }

    /** The sequence of the commit that wrote a row. */
    public static long sequence(byte[] row) {
        return Bytes.getLong(row, 0);
    }

    /** A number of eight bytes. */
    public long number() {
        long value = Bytes.getLong(bytes, at);
        at += 8;
        return value;
    }

    /** A number that is usually small, in one to five bytes. */
    public int small() {
        int value = 0;
        int shift = 0;
        while (true) {
            byte next = bytes[at++];
            value |= (next & 0x7F) << shift;
            if (next >= 0) {
                return value;
            }
            shift += 7;
        }
    }

    /** An id of the kind that the caller knows to be here. */
    public Id id(IdKind kind) {
        Id id = Id.read(kind, bytes, at);
        at += Id.BYTES;
        return id;
    }

    /** An id or its absence. */
    public @Nullable Id optionalId(IdKind kind) {
        return small() == 0 ? null : id(kind);
    }

    /** Ids of the kind that the caller knows to be here. */
    public List<Id> ids(IdKind kind) {
        int count = small();
        if (count == 0) {
            return List.of();
        }
        List<Id> ids = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            ids.add(id(kind));
        }
        return ids;
    }

    /** Bytes, as a copy. */
    public byte[] bytes() {
        int length = small();
        byte[] value = Arrays.copyOfRange(bytes, at, at + length);
        at += length;
        return value;
    }

    /** Skips bytes that a {@link SecretCipher} has sealed, and returns the id of its key. */
    public long keyId() {
        int length = small();
        long id = SecretCipher.keyIdAt(bytes, at, length);
        at += length;
        return id;
    }

    /**
     * Skips bytes without copying them.
     *
     * @return their length; {@link #position} returns where they end
     */
    public int skipBytes() {
        int length = small();
        at += length;
        return length;
    }

    /** Returns where in the row the next field starts. */
    public int position() {
        return at;
    }

    /** Bytes or their absence. */
    public byte @Nullable [] optionalBytes() {
        return small() == 0 ? null : bytes();
    }

    public String text() {
        int length = small();
        String value = new String(bytes, at, length, StandardCharsets.UTF_8);
        at += length;
        return value;
    }

    /** Returns the set of a kind that belongs to the id at an offset of the row and to the text of this field. */
    public SetKey set(int kind, int ownerAt) {
        int length = small();
        at += length;
        return new Digest()
                .bytes(bytes, ownerAt, Id.BYTES)
                .bytes(bytes, at - length, length)
                .set(kind);
    }

    /** Returns a place in a trace. */
    public TraceParent trace() {
        return TraceParent.of(number(), number(), number(), small() != 0);
    }

    /** Returns a place in a trace with its state. */
    public TraceParent traceWithState() {
        return trace().withState(text());
    }

    /** Text or its absence; this very object if the text is the usual one, which is in ASCII. */
    public @Nullable String optionalText(String usual) {
        if (small() == 0) {
            return null;
        }
        int length = usual.length();
        boolean isUsual = bytes[at] == length;
        for (int i = 0; isUsual && i < length; i++) {
            isUsual = bytes[at + 1 + i] == usual.charAt(i);
        }
        if (!isUsual) {
            return text();
        }
        at += 1 + length;
        return usual;
    }

    /** Text or its absence. */
    public @Nullable String optionalText() {
        return small() == 0 ? null : text();
    }
}
