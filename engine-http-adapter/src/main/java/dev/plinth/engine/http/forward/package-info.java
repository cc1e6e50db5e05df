/**
 * Calls that another node has to decide: the way to the leader and back, and the proof that a call came from a node.
 *
 * <p>It must not know how the server was set up.
 */
@NullMarked
package dev.plinth.engine.http.forward;

import org.jspecify.annotations.NullMarked;
