/**
 * The engine as a test double: the same engine, on a clock that stands still, with a workspace of its own for every test.
 *
 * <p>It opens, hands out and closes. It must not answer anything itself: what a test sees is what production would have said, but for
 * the faults that it has ordered.
 */
@NullMarked
package dev.plinth.engine.testkit;

import org.jspecify.annotations.NullMarked;
