/**
 * The way of one request and its answer: headers, body, budgets, compression and streams.
 *
 * <p>It knows its connection, and hands the call to a service. It must not decide anything about the call.
 */
@NullMarked
package dev.plinth.engine.http.exchange;

import org.jspecify.annotations.NullMarked;
