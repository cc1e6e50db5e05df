package dev.plinth.engine.internal.store;

/**
 * Where a journal ends, as recovery found it.
 *
 * @param sequence the last record's sequence; 0 in an empty store
 * @param crc the last record's CRC
 * @param epoch the highest epoch so far
 * @param segmentNumber the segment to go on in; 0 if there is none yet
 * @param position where in it
 */
record JournalEnd(long sequence, int crc, long epoch, long segmentNumber, int position) {
    /** The end of a store that has nothing in it. */
    static final JournalEnd EMPTY = new JournalEnd(0, 0, 0, 0, 0);
}
