package dev.plinth.engine.internal.store;

/**
 * Where a journal ends, as recovery found it.
 *
 * @param store the store that it is of
 * @param sequence the last record's sequence; 0 in an empty store
 * @param crc the last record's CRC
 * @param epoch the highest epoch so far
 * @param segmentNumber the last segment; 0 if there is none yet
 * @param position where in it the journal ends
 * @param closed true if the last reign has ended it there, so that it can go on in that segment; after anything else that reign may still
 *     be writing there
 */
record JournalEnd(
        StoreId store, long sequence, int crc, long epoch, long segmentNumber, int position, boolean closed) {
    /** The end of a new store that has nothing in it. */
    static JournalEnd ofNewStore() {
        return new JournalEnd(StoreId.random(), 0, 0, 0, 0, 0, false);
    }
}
