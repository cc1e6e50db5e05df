/**
 * The public values, outcomes and extension points of the engine.
 *
 * <p>A leaf: it imports the JDK and JSpecify only, and it never decides anything; rules live in the engine's rooms.
 */
@NullMarked
package dev.plinth.engine.api;

import org.jspecify.annotations.NullMarked;
