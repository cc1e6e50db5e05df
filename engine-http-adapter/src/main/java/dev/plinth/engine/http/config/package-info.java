/**
 * Settings of a program: declared once, read from flags, environment variables and a YAML file.
 *
 * <p>A {@code Setting} has a name and a {@code Format}. Names of flags and variables, checks, messages and the JSON
 * Schema follow from them. The package must not know any setting of the engine or of the server.
 */
@NullMarked
package dev.plinth.engine.http.config;

import org.jspecify.annotations.NullMarked;
