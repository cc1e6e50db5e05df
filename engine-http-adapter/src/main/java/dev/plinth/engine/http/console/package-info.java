/**
 * The files of the console, in front of the engine's routes.
 *
 * <p>It must not know what the engine answers.
 */
@NullMarked
package dev.plinth.engine.http.console;

import org.jspecify.annotations.NullMarked;
