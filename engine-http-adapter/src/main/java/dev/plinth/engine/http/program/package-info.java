/**
 * The standalone program: command line, configuration, files of logs, and the commands on stored data.
 *
 * <p>It reaches the server as a host does, by its builder.
 */
@NullMarked
package dev.plinth.engine.http.program;

import org.jspecify.annotations.NullMarked;
