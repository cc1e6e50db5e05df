package dev.plinth.engine.internal.store.log;

/**
 * The end of a journal, as recovery found it.
 *
 * @param store the store
 * @param sequence the last record's sequence; 0 in an empty store
 * @param crc the last record's CRC
 * @param epoch the highest epoch so far
 * @param segmentNumber the last segment; 0 if there is none yet
 * @param position where the journal ends in that segment
 * @param closed true if the last reign has closed the journal there; any other reign may still be writing to that segment
 */
public record JournalEnd(
        StoreId store, long sequence, int crc, long epoch, long segmentNumber, int position, boolean closed) {}
