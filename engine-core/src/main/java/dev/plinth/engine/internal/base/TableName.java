package dev.plinth.engine.internal.base;

/**
 * One table of the store: what its keys and rows look like and which sets follow from its rows.
 *
 * @param number the table's number in the journal, 1–127, never reused
 * @param name its name in messages and figures
 * @param keyBytes length of each key in bytes
 * @param averageRowBytes what a row usually takes, for sizing
 * @param rowsPerResource how many rows to expect for each resource, for sizing
 * @param indexer keeps the sets that follow from the rows
 */
public record TableName(
        int number, String name, int keyBytes, int averageRowBytes, double rowsPerResource, Indexer indexer) {
    /** A table from whose rows no set follows. */
    public TableName(int number, String name, int keyBytes, int averageRowBytes, double rowsPerResource) {
        this(number, name, keyBytes, averageRowBytes, rowsPerResource, Indexer.NONE);
    }

    @Override
    public String toString() {
        return name;
    }
}
