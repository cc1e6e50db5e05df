/**
 * Three programs over a PostgreSQL with a standby, under faults.
 *
 * <p>The oracle is outside of the programs. It sees requests, answers, webhooks and streams only.
 */
@NullMarked
package dev.plinth.engine.http.cluster;

import org.jspecify.annotations.NullMarked;
