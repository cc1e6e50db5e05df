package dev.plinth.engine.internal.store.log;

import java.io.IOException;

/** Receives the whole parts that a {@link JournalReader} finds, in order. */
public interface JournalVisitor {
    /** Visits the beginning of a segment. */
    default void segment(Segment segment) throws IOException {}

    /** Visits a whole frame, at a byte of the segment. Its records come next. */
    default void frame(Frame frame, long at) throws IOException {}

    /**
     * Learns that whole records in a segment do not count, because a later opening did not read them.
     *
     * @param segment the name of the segment
     * @param first the number of the first of them
     * @param count how many they are at least, 1 or more
     */
    default void behindLimit(String segment, long first, long count) {}

    /**
     * Visits a whole record that follows the one before it.
     *
     * @param head the head of the record
     * @param bytes the record as the codec wrote it
     */
    default void record(RecordCodec.Head head, byte[] bytes) throws IOException {}
}
