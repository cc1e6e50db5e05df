/**
 * Settings that a host gives an engine: plans, places, times of retention and grace, tables, clock and ids.
 *
 * <p>{@link dev.plinth.engine.EngineBuilder} takes them. They hold values, and the rules of each value are here.
 */
@NullMarked
package dev.plinth.engine.settings;

import org.jspecify.annotations.NullMarked;
