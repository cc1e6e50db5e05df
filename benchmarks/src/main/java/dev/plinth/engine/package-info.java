/** The access of benchmarks to the parts of an engine that it does not show. */
@NullMarked
package dev.plinth.engine;

import org.jspecify.annotations.NullMarked;
