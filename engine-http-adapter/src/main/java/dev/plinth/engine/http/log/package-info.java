/**
 * Lines of logs: their formats, and the file of the requests.
 *
 * <p>This room renders and writes what it is told. It knows no socket and no engine.
 */
@NullMarked
package dev.plinth.engine.http.log;

import org.jspecify.annotations.NullMarked;
