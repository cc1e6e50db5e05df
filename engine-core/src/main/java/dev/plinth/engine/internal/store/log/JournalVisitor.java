package dev.plinth.engine.internal.store.log;

import java.io.IOException;

/** Receives the whole parts that a {@link JournalReader} finds, in order. */
public interface JournalVisitor {
    /** Visits the beginning of a segment. */
    default void segment(Segment segment) throws IOException {}

    /** Visits a whole frame, at a byte of the segment. Its records come next. */
    default void frame(Frame frame, long at) throws IOException {}

    /**
     * Visits a whole record that follows the one before it.
     *
     * @param head the head of the record
     * @param bytes the record as the codec wrote it
     */
    default void record(RecordCodec.Head head, byte[] bytes) throws IOException {}
}
