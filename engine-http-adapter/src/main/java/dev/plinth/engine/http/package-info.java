/**
 * The way from a socket to the engine and back, and the standalone program.
 *
 * <p>The package frames, limits and times requests, and moves bytes between Jetty and {@code Call}/{@code Reply}. It
 * must not decide anything that a caller could also meet in process: routes, rights and problems are the engine's.
 */
@NullMarked
package dev.plinth.engine.http;

import org.jspecify.annotations.NullMarked;
