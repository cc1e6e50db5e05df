/** Tools for the directory of a store: verification, salvage and backup. */
@NullMarked
package dev.plinth.engine.internal.store.tool;

import org.jspecify.annotations.NullMarked;
