/**
 * Doors for a server in front of the engine: admission by headers, bytes in and out, and budgets for bodies and streams.
 *
 * <p>A host calls {@link dev.plinth.engine.Engine} and its clients instead. The authors of a server need this package.
 */
@NullMarked
package dev.plinth.engine.server;

import org.jspecify.annotations.NullMarked;
