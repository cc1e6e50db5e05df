/**
 * The host's database and the engine: one commit.
 *
 * <p>Plain JDBC with the driver of the host. It reads and deletes rows. What they ask for is decided by the engine.
 */
@NullMarked
package dev.plinth.engine.jdbc;

import org.jspecify.annotations.NullMarked;
