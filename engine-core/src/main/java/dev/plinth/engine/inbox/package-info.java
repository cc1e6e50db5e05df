/**
 * The door for rows that a host's database keeps for the engine.
 *
 * <p>It carries rows and their fates. Reading and deleting them in a database is the work of an adapter.
 */
@NullMarked
package dev.plinth.engine.inbox;

import org.jspecify.annotations.NullMarked;
