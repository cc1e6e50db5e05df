/**
 * Settings of an engine, their checks, and what it starts with: keys, executor and store.
 *
 * <p>A setting is checked here before a thread starts or a file is written.
 */
@NullMarked
package dev.plinth.engine.internal.settings;

import org.jspecify.annotations.NullMarked;
