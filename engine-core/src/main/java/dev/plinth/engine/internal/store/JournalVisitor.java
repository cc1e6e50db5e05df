package dev.plinth.engine.internal.store;

import java.io.IOException;

/** Hears what a {@link JournalReader} finds whole, in order. */
interface JournalVisitor {
    /** A segment begins. */
    default void segment(Segment segment) throws IOException {}

    /** A frame is whole, at a byte of the segment; its records come next. */
    default void frame(Frame frame, long at) throws IOException {}

    /**
     * A record is whole and follows the one before it.
     *
     * @param head what it says of itself
     * @param bytes the record as the codec wrote it
     */
    default void record(RecordCodec.Head head, byte[] bytes) throws IOException {}
}
