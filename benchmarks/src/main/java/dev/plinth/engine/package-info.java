/** The door through which benchmarks see what an engine does not show. */
@NullMarked
package dev.plinth.engine;

import org.jspecify.annotations.NullMarked;
