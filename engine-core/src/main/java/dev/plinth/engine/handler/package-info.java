/**
 * Code that a host lends to the engine: handlers of operations, jobs and events, units of work and guarded routes.
 *
 * <p>The engine calls them on its own threads, each call with a context that holds what the call may do.
 */
@NullMarked
package dev.plinth.engine.handler;

import org.jspecify.annotations.NullMarked;
