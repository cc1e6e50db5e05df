package dev.plinth.engine.internal.store.log;

/**
 * The last record of a log, as far as it was read, and with it all that the next one has to fit.
 *
 * @param cell the cell of the log; 0 on a single node
 * @param epoch the highest epoch so far; 0 before the first record
 * @param sequence the last record's sequence; 0 before the first record
 * @param crc the last record's CRC; 0 before the first record
 */
public record LogPosition(int cell, long epoch, long sequence, int crc) {
    /** Returns the position in a log without records. */
    public static LogPosition atTheBeginning(int cell) {
        return new LogPosition(cell, 0, 0, 0);
    }

    /** Returns the position after a record that was admitted here. */
    public LogPosition behind(byte[] admitted) {
        RecordCodec.Head head = RecordCodec.head(admitted);
        return new LogPosition(cell, head.epoch(), head.sequence(), RecordCodec.crc(admitted));
    }
}
