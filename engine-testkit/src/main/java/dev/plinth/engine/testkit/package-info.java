/**
 * The engine as a test double: the same engine, on a clock that stands still, with a workspace of its own for every test.
 *
 * <p>It opens, hands out and closes engines. It answers nothing itself: a test sees what production would have
 * answered, except for the faults that the test has ordered. A {@link SharedMemoryLog} makes nodes of several engines.
 */
@NullMarked
package dev.plinth.engine.testkit;

import org.jspecify.annotations.NullMarked;
