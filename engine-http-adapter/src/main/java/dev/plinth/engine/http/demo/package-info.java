/**
 * The demonstration of {@code plinth.jar demo}: it fills a workspace and keeps it alive, so that the console has something to show. It uses
 * the engine as any host does, and must not reach into the server.
 */
@NullMarked
package dev.plinth.engine.http.demo;

import org.jspecify.annotations.NullMarked;
