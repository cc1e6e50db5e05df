/**
 * Attacks on a server in a process of its own, beside an honest tenant in another one. They reach the server through its sockets only and
 * must not know how it is built.
 */
@NullMarked
package dev.plinth.engine.http.hostile;

import org.jspecify.annotations.NullMarked;
