/**
 * The shared log in a PostgreSQL database.
 *
 * <p>It needs {@code java.sql} and the public package of the log alone. It must not look into the bytes of a batch, and
 * it knows no driver: the host brings one.
 */
@Experimental
@NullMarked
package dev.plinth.engine.log.postgres;

import dev.plinth.engine.api.Experimental;
import org.jspecify.annotations.NullMarked;
