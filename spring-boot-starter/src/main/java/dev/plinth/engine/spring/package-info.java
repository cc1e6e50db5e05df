/**
 * The engine as a bean of a Spring Boot application, with the wire on the application's own server.
 *
 * <p>It connects the public packages of the engine with those of Spring, and decides nothing. It must not see the rooms
 * of the engine.
 */
@NullMarked
package dev.plinth.engine.spring;

import org.jspecify.annotations.NullMarked;
