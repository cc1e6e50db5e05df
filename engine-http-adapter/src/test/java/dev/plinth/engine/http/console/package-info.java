/**
 * The console as a person meets it, in a real browser. It reaches the server by its address only, and must not know how it is built.
 */
@NullMarked
package dev.plinth.engine.http.console;

import org.jspecify.annotations.NullMarked;
