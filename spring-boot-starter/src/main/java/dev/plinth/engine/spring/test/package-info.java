/**
 * A slice of a Spring Boot application for tests: the engine in memory and the beans that handle.
 *
 * <p>It is for the test scope, and uses what Spring Boot 3.5 and 4.0 have in the same place. Nothing of the starter may
 * depend on it.
 */
@NullMarked
package dev.plinth.engine.spring.test;

import org.jspecify.annotations.NullMarked;
