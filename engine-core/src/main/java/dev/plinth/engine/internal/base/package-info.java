/**
 * What every room speaks: ids, time, problems, rows, the command and its decision.
 *
 * <p>It holds words and small pure mechanisms only; it reads no table, opens no file and starts no thread.
 */
@NullMarked
package dev.plinth.engine.internal.base;

import org.jspecify.annotations.NullMarked;
