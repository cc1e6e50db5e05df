/**
 * The public values, outcomes and extension points of the engine.
 *
 * <p>A leaf that imports only the JDK and JSpecify. It decides nothing; the rules live in the engine's packages.
 */
@NullMarked
package dev.plinth.engine.api;

import org.jspecify.annotations.NullMarked;
