/**
 * Pages: the only way to read a list of the API, newest first, at a cost that does not grow with the list.
 *
 * <p>The room knows numbers, cursors and limits. The owner of a list knows the meaning of a row and whether it may be
 * shown.
 */
@NullMarked
package dev.plinth.engine.internal.list;

import org.jspecify.annotations.NullMarked;
