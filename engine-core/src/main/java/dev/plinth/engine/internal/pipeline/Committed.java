package dev.plinth.engine.internal.pipeline;

import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.rows.Changes;

/**
 * Tells what came of a commit.
 *
 * @param sequence the record that has to be durable before the outcome is told
 * @param hasRecord true if that record is the one of this commit
 * @param changes what was written, events included
 */
record Committed(Outcome outcome, long sequence, boolean hasRecord, Changes changes) {}
