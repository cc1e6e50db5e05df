package dev.plinth.engine.internal.base.rows;

import dev.plinth.engine.api.TraceParent;
import dev.plinth.engine.internal.base.Bytes;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.ScratchBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes one row: a version, then fields in the order in which {@link RowReader} reads them.
 *
 * <p>The first eight bytes stay free. The store puts the commit sequence there, so that no row is copied. Not
 * thread-safe; one writer, one row.
 */
public final class RowWriter extends ScratchBuffer {
    /** Begins a row of this format version, 0–127. */
    public RowWriter(int version) {
        Bytes.putLong(bytes, 0, 0);
        size = RowReader.SEQUENCE_BYTES;
        bytes[size++] = (byte) version;
    }

    /** Adds a number of eight bytes. */
    public RowWriter number(long value) {
        reserve(8);
        Bytes.putLong(bytes, size, value);
        size += 8;
        return this;
    }

    /** Adds a number that is usually small, 0 or more, in one to five bytes. */
    public RowWriter small(int value) {
        reserve(5);
        int rest = value;
        while ((rest & ~0x7F) != 0) {
            bytes[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[size++] = (byte) rest;
        return this;
    }

    /** Adds the 16 bytes of an id; its kind is not kept. */
    public RowWriter id(Id id) {
        reserve(Id.BYTES);
        id.write(bytes, size);
        size += Id.BYTES;
        return this;
    }

    /** Adds an id or its absence. */
    public RowWriter optionalId(@Nullable Id id) {
        small(id == null ? 0 : 1);
        return id == null ? this : id(id);
    }

    /** Adds ids with their number. A list of one is written as an optional id that is there. */
    public RowWriter ids(List<Id> ids) {
        small(ids.size());
        for (int i = 0; i < ids.size(); i++) {
            id(ids.get(i));
        }
        return this;
    }

    /** Adds bytes with their length. */
    public RowWriter bytes(byte[] value) {
        small(value.length);
        reserve(value.length);
        System.arraycopy(value, 0, bytes, size, value.length);
        size += value.length;
        return this;
    }

    /** Adds the rendered bytes of another buffer with their length. */
    public RowWriter rendered(ScratchBuffer other) {
        small(other.length());
        move(other);
        return this;
    }

    /** Adds bytes or their absence. */
    public RowWriter optionalBytes(byte @Nullable [] value) {
        small(value == null ? 0 : 1);
        return value == null ? this : bytes(value);
    }

    /** Adds text. */
    public RowWriter text(String value) {
        int start = size;
        small(value.length());
        int from = size;
        utf8(value);
        if (size - from > value.length()) {
            size = start;
            return bytes(value.getBytes(StandardCharsets.UTF_8));
        }
        return this;
    }

    /** Adds a place in a trace in 25 bytes, and its state behind them if it has one. The version of the row tells which. */
    public RowWriter trace(TraceParent trace) {
        number(trace.traceHigh()).number(trace.traceLow()).number(trace.span()).small(trace.sampled() ? 1 : 0);
        return trace.state().isEmpty() ? this : text(trace.state());
    }

    /** Adds text or its absence. */
    public RowWriter optionalText(@Nullable String value) {
        small(value == null ? 0 : 1);
        return value == null ? this : text(value);
    }

    /** Returns the bytes of the fields so far, without the head of the row. */
    public int fieldBytes() {
        return size - RowReader.HEAD_BYTES;
    }

    /** Returns a copy of the row so far. */
    public byte[] copy() {
        return Arrays.copyOf(bytes, size);
    }

    /** Copies the fields, without the head of the row, to a place in other bytes. The writer cannot be used afterwards. */
    public void moveFields(byte[] target, int at) {
        System.arraycopy(bytes, RowReader.HEAD_BYTES, target, at, size - RowReader.HEAD_BYTES);
        release();
    }

    /** Returns the finished row. The writer cannot be used afterwards. */
    public byte[] row() {
        return finish();
    }
}
