/**
 * The means of a filter of calls, besides an answer.
 */
@NullMarked
package dev.plinth.engine.http.filter;

import org.jspecify.annotations.NullMarked;
