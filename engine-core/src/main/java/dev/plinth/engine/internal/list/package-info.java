/**
 * Pages: the one way in which every list of the API is read, newest first, at a cost that does not grow with the list.
 *
 * <p>It knows numbers, cursors and limits; what a row means, and whether it may be shown, the list's owner says.
 */
@NullMarked
package dev.plinth.engine.internal.list;

import org.jspecify.annotations.NullMarked;
