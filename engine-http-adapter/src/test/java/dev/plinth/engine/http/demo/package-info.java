/** The demonstration without its program: what it does at each step, and what its receiver refuses. */
@NullMarked
package dev.plinth.engine.http.demo;

import org.jspecify.annotations.NullMarked;
