/**
 * Runs of host code: calls, jobs and units of work with their effects.
 *
 * <p>Each has a context of its own. What host code does ends in one commit of the pipeline.
 */
@NullMarked
package dev.plinth.engine.internal.host;

import org.jspecify.annotations.NullMarked;
