/**
 * The words of all rooms: ids, time, problems, rows, the command and its decision.
 *
 * <p>It holds values and small pure mechanisms only. It reads no table, opens no file and starts no thread.
 */
@NullMarked
package dev.plinth.engine.internal.base;

import org.jspecify.annotations.NullMarked;
