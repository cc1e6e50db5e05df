/**
 * Rows: their layout, their sets, and the changes of rows that one record makes.
 */
@NullMarked
package dev.plinth.engine.internal.base.rows;

import org.jspecify.annotations.NullMarked;
