package dev.plinth.engine.log.postgres;

/** Expressions of SQL that read and record the time by the database's clock. */
final class Clock {
    private static final String NOW_MICROS = "(extract(epoch from clock_timestamp()) * 1000000)::bigint";

    private Clock() {}

    /** Returns the expression that records a beat of a cell, and is its time in microseconds. */
    static String beat(Cell cell) {
        return "setval('" + cell.beat() + "', " + NOW_MICROS + ")";
    }

    /** Returns the milliseconds between a time in a column and now, whichever is later. */
    static String millisSince(String column) {
        return "abs(" + NOW_MICROS + " - " + column + ") / 1000";
    }
}
