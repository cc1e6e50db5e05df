/**
 * The log that several nodes share: what an adapter to a replicated log provides.
 *
 * <p>A leaf that imports only the JDK and JSpecify. It carries bytes and positions. Encoding, chain and flushing are the
 * engine's.
 */
@Experimental
@NullMarked
package dev.plinth.engine.log;

import dev.plinth.engine.api.Experimental;
import org.jspecify.annotations.NullMarked;
