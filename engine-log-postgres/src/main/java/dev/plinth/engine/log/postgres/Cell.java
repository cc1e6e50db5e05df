package dev.plinth.engine.log.postgres;

import java.util.UUID;

/**
 * A cell as the database knows it, with the names of its tables and sequences.
 *
 * @param number counts the cells of the database from 0
 * @param name the operator's name for it
 * @param id the id of its log
 */
record Cell(int number, String name, UUID id) {
    /** How many tables hold batches in turn. */
    static final int LOG_TABLES = 3;

    /** How many tables hold a snapshot each: the two that are kept, one that is replaced and one that is written. */
    static final int SNAPSHOT_TABLES = 4;

    /** Returns a table of batches, from 0 to {@link #LOG_TABLES} exclusive. */
    String log(int table) {
        return "plinth_log_" + number + "_" + table;
    }

    /** Returns a table of snapshot parts, from 0 to {@link #SNAPSHOT_TABLES} exclusive. */
    String parts(int table) {
        return "plinth_part_" + number + "_" + table;
    }

    /** Returns the sequence with the time of the last beat, in microseconds of the database's clock. */
    String beat() {
        return "plinth_beat_" + number;
    }

    /** Returns the sequence with the position that a leader has named as durable. */
    String durable() {
        return "plinth_durable_" + number;
    }

    /** Returns the sequence with the position up to which batches are deleted. */
    String truncated() {
        return "plinth_truncated_" + number;
    }

    /**
     * Returns the expression of SQL that is the value of a sequence, and 0 before its first one. A select from the
     * sequence would be planned as a scan of a table, whose price lets a server compile the statement each time.
     */
    static String value(String sequence) {
        return "(select coalesce(pg_sequence_last_value('" + sequence + "'), 0))";
    }
}
