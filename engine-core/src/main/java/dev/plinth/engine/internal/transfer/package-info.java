/**
 * Moves workspaces between stores: writes one into a file, beside the calls that go on, and puts one from a file in
 * steps. It knows which tables move. The layout of rows stays in their rooms.
 */
@NullMarked
package dev.plinth.engine.internal.transfer;

import org.jspecify.annotations.NullMarked;
