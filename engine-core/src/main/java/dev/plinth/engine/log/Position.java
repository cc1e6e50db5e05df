package dev.plinth.engine.log;

import dev.plinth.engine.api.Experimental;

/**
 * How far a node has come in the records of its engine. Immutable.
 *
 * @param epoch the number of the reign of that record, or of the present one on a leader; 0 before the first record
 * @param sequence the last durable record that was applied, counted from 1; 0 before the first record
 */
@Experimental
public record Position(long epoch, long sequence) {}
