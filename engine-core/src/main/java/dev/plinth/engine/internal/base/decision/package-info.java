/**
 * Commands and their decisions: what a command reads, what it changes, and how its work goes on in the background.
 */
@NullMarked
package dev.plinth.engine.internal.base.decision;

import org.jspecify.annotations.NullMarked;
